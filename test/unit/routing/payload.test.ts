import { describe, expect, it } from "vitest";
import { DocumentRefusal } from "../../../src/routing/document-refusal.ts";
import { chunkByBytes } from "../../../src/routing/payload/chunk.ts";
import { fold } from "../../../src/routing/payload/fold.ts";
import { identify } from "../../../src/routing/payload/identify.ts";
import { parsePayload } from "../../../src/routing/payload/parse.ts";
import { PayloadError } from "../../../src/routing/payload/payload-error.ts";
import type { RawRecord } from "../../../src/routing/payload/raw-document.ts";
import { render } from "../../../src/routing/payload/render.ts";

const json = (body: unknown): RawRecord[] => parsePayload({ body, contentType: "application/json" });
const ndjson = (body: string): RawRecord[] => parsePayload({ body, contentType: "application/x-ndjson" });
const csv = (body: string, csvDelimiter?: string): RawRecord[] =>
  parsePayload({ body, contentType: "text/csv", ...(csvDelimiter !== undefined && { csvDelimiter }) });
const pairs = (records: RawRecord[]) =>
  records.map((record) => record.fields.map(({ key, rawValue }) => [key, rawValue]));

function refused(run: () => unknown): { status?: number; code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof PayloadError) return { status: error.status, code: error.code, message: error.message };
    if (error instanceof DocumentRefusal) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("nothing was refused");
}

const malformed = (format: string, reason: string) => ({
  status: 400,
  code: "malformed_payload",
  message: `The \`${format}\` payload provided is malformed. \`Couldn't serialize document value: ${reason}\`.`,
});

describe("a JSON payload", () => {
  it("keeps the exact text of every value, the order of fields and nested text", () => {
    const text = ' [ {"b": 1.0, "a":18446744073709551615 , "n":{ "x" : [1e2, -0] }, "s":"\\u00e9\\"}"} , {} ] ';
    expect(pairs(json(text))).toEqual([
      [
        ["b", "1.0"],
        ["a", "18446744073709551615"],
        ["n", '{ "x" : [1e2, -0] }'],
        ["s", '"\\u00e9\\"}"'],
      ],
      [],
    ]);
  });

  it("takes one object for a list of one", () => {
    expect(pairs(json('{"id":1}'))).toEqual([[["id", "1"]]]);
    expect(pairs(json({ id: 1, skip: undefined, when: new Date(0) }))).toEqual([
      [
        ["id", "1"],
        ["when", '"1970-01-01T00:00:00.000Z"'],
      ],
    ]);
  });

  it("keeps the last value of a key that comes twice, whichever way the key is escaped", () => {
    expect(pairs(json('[{"a":1,"b":2,"\\u0061":3}]'))).toEqual([
      [
        ["a", "3"],
        ["b", "2"],
      ],
    ]);
  });

  it("takes parsed values as their text would be taken", () => {
    const values = [{ id: 1, text: "é\n", list: [null, { a: 1.5 }], on: true }];
    expect(json(values)).toEqual(json(JSON.stringify(values)));
    expect(json([])).toEqual([]);
    expect(refused(() => json([{ id: 1 }, 7]))).toEqual(refused(() => json('[{"id":1},7]')));
    expect(refused(() => json("12"))).toEqual(refused(() => json(12)));
  });

  it("survives a nesting of a hundred thousand levels", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(json(`[{"id":1,"deep":${deep}}]`)[0]?.fields[1]?.rawValue).toHaveLength(200_000);
  });

  it.each([
    ['[{"id": 1, "title": "x"', "EOF while parsing an object at line 1 column 23"],
    ['["a","b"]', "trailing characters at line 1 column 6"],
    ["   ", "EOF while parsing a value at line 1 column 3"],
    ['[{"id":1},]', "trailing comma at line 1 column 11"],
    ['[{"id":1},', "EOF while parsing a value at line 1 column 10"],
    ['[{"id":1}', "EOF while parsing a list at line 1 column 9"],
    ['[{"id":1} {"id":2}]', "expected `,` or `]` at line 1 column 11"],
    ['[\n  {"id":1,\n   id:2}]', "key must be a string at line 3 column 4"],
    ['[{"id":1,}]', "key must be a string at line 1 column 10"],
    ['{"id":1,}', "trailing comma at line 1 column 9"],
    ['{"id":[1,]}', "trailing comma at line 1 column 10"],
    ['{"id":1} x', "trailing characters at line 1 column 10"],
    ['[{"id" 1}]', "expected `:` at line 1 column 8"],
    ['[{"id":tru}]', "expected ident at line 1 column 11"],
    ['[{"id":01}]', "invalid number at line 1 column 9"],
    ['[{"id":-}]', "invalid number at line 1 column 9"],
    ['[{"id":1.}]', "invalid number at line 1 column 10"],
    ['[{"id":1e}]', "invalid number at line 1 column 10"],
    ['[{"id":+1}]', "expected value at line 1 column 8"],
    ['[{"id":"\\x"}]', "invalid escape at line 1 column 10"],
    ['[{"id":"\\u12g4"}]', "invalid escape at line 1 column 14"],
    ['[{"id":"é', "EOF while parsing a string at line 1 column 10"],
    ['[{"id":"a\tb"}]', "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 9"],
    ["nul", "EOF while parsing a value at line 1 column 3"],
    ['"hello"', "data are neither an object nor a list of objects"],
    ["12", "data are neither an object nor a list of objects"],
    ["null", "data are neither an object nor a list of objects"],
  ])("refuses %s as the server does", (text, reason) => {
    expect(refused(() => json(text))).toEqual(malformed("json", reason));
  });

  it.each([
    ['[{"id":1},7]', "integer `7`, expected a map at line 1 column 1"],
    ["[1.50]", "floating point `1.5`, expected a map at line 1 column 4"],
    ["[null]", "null, expected a map at line 1 column 4"],
    ["[ true ]", "boolean `true`, expected a map at line 1 column 4"],
    ['["é"]', 'string "é", expected a map at line 1 column 4'],
    ["[[1]]", "sequence, expected a map at line 1 column 0"],
  ])("answers a last row that is no object with the server's 500: %s", (text, reason) => {
    expect(refused(() => json(text))).toEqual({ status: 500, code: "internal", message: `invalid type: ${reason}` });
  });

  it("reads nothing behind a list, as the server", () => {
    expect(json('[{"id":1}] and more')).toHaveLength(1);
  });
});

describe("an NDJSON payload", () => {
  it("is a row of objects, whatever white space is between them", () => {
    expect(pairs(ndjson('{"a":1}\n\n{"a":\n2}{"a":3}\r\n'))).toEqual([[["a", "1"]], [["a", "2"]], [["a", "3"]]]);
  });

  it("is refused as the server does", () => {
    const text = '{"sku":"a"}\n{"sku":';
    expect(refused(() => ndjson(text))).toEqual(malformed("ndjson", "EOF while parsing a value at line 2 column 7"));
    expect(refused(() => ndjson('[{"sku":"a"}]'))).toEqual({
      status: 500,
      code: "internal",
      message: "invalid type: sequence, expected a map at line 1 column 0",
    });
    expect(refused(() => ndjson("7x"))).toEqual(malformed("ndjson", "trailing characters at line 1 column 2"));
  });
});

describe("a CSV payload", () => {
  it("follows the types of its header, and takes empty cells for null", () => {
    const text =
      'id:number,title:string,price:number,sold:boolean,note\n1,"Sea, salt",3.5,true,plain\n2,Iron,,false,\n';
    expect(pairs(csv(text))).toEqual([
      [
        ["id", "1"],
        ["title", '"Sea, salt"'],
        ["price", "3.5"],
        ["sold", "true"],
        ["note", '"plain"'],
      ],
      [
        ["id", "2"],
        ["title", '"Iron"'],
        ["price", "null"],
        ["sold", "false"],
        ["note", "null"],
      ],
    ]);
  });

  it("reads quotes, line ends and blank lines as the server's reader does", () => {
    const text = '\uFEFFid,text\r\n1,"say ""hi""\nthere"\r\n\r\n2,a"b"\r3,"x"y\n4,"open\n';
    expect(pairs(csv(text)).map((row) => row[1]?.[1])).toEqual([
      '"say \\"hi\\"\\nthere"',
      '"a\\"b\\""',
      '"xy"',
      '"open\\n"',
    ]);
  });

  it("takes another delimiter, unknown types as part of the name and the last of two columns with one name", () => {
    expect(pairs(csv("id;a:b;a:b\n3;Semi, colon;last\n", ";"))).toEqual([
      [
        ["id", '"3"'],
        ["a:b", '"last"'],
      ],
    ]);
  });

  it("writes numbers as the server stores them", () => {
    const numbers = [
      "+5",
      " 7 ",
      "1e3",
      ".5",
      "5.",
      "18446744073709551615",
      "-9223372036854775808",
      "inf",
      "1e400",
      "-0",
    ];
    const expected = [
      "5",
      "7",
      "1000.0",
      "0.5",
      "5.0",
      "1.8446744073709552e+19",
      "-9223372036854775808",
      "null",
      "null",
      "0",
    ];
    expect(pairs(csv(`n:number,x\n${numbers.map((n) => `${n},`).join("\n")}\n`)).map((row) => row[0]?.[1])).toEqual(
      expected,
    );
  });

  it.each([
    ["id:number,price:number\n4,cheap\n", 'Error parsing number "cheap" at line 1: invalid float literal'],
    [
      "id:number,sold:boolean\n4,maybe\n",
      'Error parsing boolean "maybe" at line 1: provided string was not `true` or `false`',
    ],
    [
      "id,title\n4,a,b\n",
      "CSV error: record 1 (line: 2, byte: 9): found record with 3 fields, but the previous record has 2 fields",
    ],
  ])("refuses %j as the server does", (text, reason) => {
    expect(refused(() => csv(text))).toEqual({
      status: 400,
      code: "malformed_payload",
      message: `The \`csv\` payload provided is malformed: \`${reason}\`.`,
    });
  });
});

describe("identify", () => {
  const free = { primaryKey: null, indexPrimaryKey: null };

  it("uses the index's primary key, then the given one, then the only field that ends with id", () => {
    const records = json('[{"book":"b","id":7},{"id":8}]');
    expect(identify(records, free)).toMatchObject({ primaryKey: "id", documents: [{ id: "7" }, { id: "8" }] });
    expect(identify(json('[{"BookID":7,"name":"x"}]'), free).primaryKey).toBe("BookID");
    expect(identify(json('[{"id":7,"sku":"s"}]'), { ...free, primaryKey: "sku" }).documents[0]?.id).toBe("s");
    expect(identify(json('[{"id":7,"sku":"s"}]'), { ...free, indexPrimaryKey: "sku" }).documents[0]?.id).toBe("s");
  });

  it("fails as a node does when the primary key cannot be known", () => {
    const tail = " Please specify the primary key manually using the `primaryKey` query parameter.";
    expect(refused(() => identify(json('[{"name":"x"}]'), free))).toEqual({
      code: "index_primary_key_no_candidate_found",
      message: `The primary key inference failed as the engine did not find any field ending with \`id\` in its name.${tail}`,
    });
    expect(refused(() => identify(json('[{"book_id":1,"shop_id":2,"id":3}]'), free))).toEqual({
      code: "index_primary_key_multiple_candidates_found",
      message: `The primary key inference failed as the engine found 3 fields ending with \`id\` in their names: 'book_id' and 'id'.${tail}`,
    });
    expect(refused(() => identify(json('[{"id":1}]'), { primaryKey: "isbn", indexPrimaryKey: "id" }))).toEqual({
      code: "index_primary_key_already_exists",
      message: "Index already has a primary key: `id`.",
    });
  });

  it("has nothing to fail about without documents", () => {
    expect(identify([], free)).toEqual({ primaryKey: null, documents: [] });
    expect(identify([], { ...free, primaryKey: "sku" }).primaryKey).toBe("sku");
  });

  it("finds ids inside objects and under names with dots, and refuses two of them", () => {
    const options = { ...free, primaryKey: "a.b.c" };
    for (const text of ['{"a":{"b":{"c":5}}}', '{"a.b":{"c":5}}', '{"a":{"b.c":5}}', '{"a.b.c":5,"a":7}']) {
      expect(identify(json(text), options).documents[0]?.id).toBe("5");
    }
    expect(refused(() => identify(json('{"a.b.c":5,"a":{"b":{"c" : 6.0}}}'), options)).code).toBe(
      "invalid_document_id",
    );
    expect(refused(() => identify(json('{"a.b.c":5,"a":{"b":{"c" : 6}}}'), options))).toEqual({
      code: "invalid_document_id",
      message: 'Document have too many matching `a.b.c` attribute: `{"a.b.c":5,"a":{"b":{"c":6}}}`.',
    });
  });

  it("shows a document without id as the server does", () => {
    const text = '[{"id":1},{"title": "no \\u00e9 id\\u000a", "n": [ 1e2, 1.50, 7 ]}]';
    expect(refused(() => identify(json(text), free))).toEqual({
      code: "missing_document_id",
      message: 'Document doesn\'t have a `id` attribute: `{"title":"no é id\\n","n":[100.0,1.5,7]}`.',
    });
  });

  it("keeps big integers and refuses miroir's own fields", () => {
    expect(identify(json('[{"id":18446744073709551615}]'), free).documents[0]?.id).toBe("18446744073709551615");
    expect(refused(() => identify(json('[{"id":1,"_miroir_shard":[]}]'), free)).code).toBe("miroir_reserved_field");
    for (const inside of ['{"a":{"_miroir_shard":[]}}', '[1,[{"_miroir_x":1}]]', '[{"\\u005fmiroir_shard":1}]'])
      expect(refused(() => identify(json(`[{"id":1,"a":${inside}}]`), free)).code).toBe("miroir_reserved_field");
    expect(identify(json('[{"id":1,"a":["_miroir_shard",{"b":"_miroir_"}]}]'), free).documents).toHaveLength(1);
  });
});

describe("fold", () => {
  const documents = (text: string) => identify(json(text), { primaryKey: "id", indexPrimaryKey: null }).documents;
  const twice = '[{"id":1,"a":1,"b":{"x":1}},{"id":2},{"id":"1","b":{"y":2},"c":null}]';

  it("lets the last document of an id win when documents are replaced", () => {
    expect(fold(documents(twice), "replace").map((document) => pairs([document])[0])).toEqual([
      [
        ["id", '"1"'],
        ["b", '{"y":2}'],
        ["c", "null"],
      ],
      [["id", "2"]],
    ]);
  });

  it("merges top-level fields when documents are updated", () => {
    expect(fold(documents(twice), "update").map((document) => pairs([document])[0])).toEqual([
      [
        ["id", '"1"'],
        ["a", "1"],
        ["b", '{"y":2}'],
        ["c", "null"],
      ],
      [["id", "2"]],
    ]);
  });
});

describe("render and chunkByBytes", () => {
  it("append the reserved fields and leave the rest as it was written", () => {
    const records = json('{"id":12345678901234567890,"x":1.0,"we \\"say\\"":2}');
    const [document] = identify(records, { primaryKey: "id", indexPrimaryKey: null }).documents;
    const text = document ? render(document, { tags: ["T1", "T2"], stamp: "S" }) : "";
    expect(text).toBe(
      '{"id":12345678901234567890,"x":1.0,"we \\"say\\"":2,"_miroir_shard":["T1","T2"],"_miroir_version":"S"}',
    );
  });

  it("pack lists that stay within the limit in bytes, in order, losing nothing", () => {
    const texts = ['"é"', '"ab"', '"😀"', '"c"', '"a longer one"'];
    const chunks = chunkByBytes(texts, 12);
    expect(chunks).toEqual(['["é","ab"]', '["😀","c"]', '["a longer one"]']);
    const size = (text: string) => new TextEncoder().encode(text).length;
    expect(chunks.slice(0, 2).map(size)).toEqual([11, 12]);
    expect(chunkByBytes([], 10)).toEqual([]);
  });
});
