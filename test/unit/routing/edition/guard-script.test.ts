import { describe, expect, it } from "vitest";
import { guardScript, rewordScriptError } from "../../../../src/routing/edition/guard-script.ts";
import { maskScript } from "../../../../src/routing/edition/mask-script.ts";

const STAMP = { head: "H", tail: "T", last: "L" };

function linesOf(script: string): string[] {
  const guarded = guardScript(script, STAMP);
  if ("refusal" in guarded) throw new Error(guarded.refusal);
  return guarded.script.split("\n");
}

describe("maskScript", () => {
  it.each([
    ["doc.a = 1; // return", "doc.a = 1;          "],
    ['doc.a = "re\\"turn" + 1', "doc.a =            + 1"],
    ["a /* one /* two */ return */ b", "a                            b"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the braces belong to the script
    ["`x ${ if a { return } } y`;", "    { if a { return } }   ;"],
    ['#"re"turn"# + \'r\'', "            +    "],
  ])("leaves the code alone of %s", (script, code) => {
    expect(maskScript(script)).toEqual({ code, openComments: 0 });
  });

  it("keeps lines where they are, and counts the comments that are left open", () => {
    expect(maskScript("a /* b\n /* c\nd")).toEqual({ code: "a     \n     \n ", openComments: 2 });
  });
});

describe("guardScript", () => {
  it("puts the script on line 2, between taking miroir's fields away and putting them back", () => {
    const [before = "", script, after = ""] = linesOf("doc.a = 1");
    expect(before).toContain('doc.remove("_miroir_shard")');
    expect(script).toBe("doc.a = 1");
    expect(after).toContain('_miroir_stamp = "H" + _miroir_tags[-1].sub_string(1, 3) + "T"');
  });

  it("lets a script that may return early do so inside eval, its functions apart", () => {
    const lines = linesOf('fn up(x) { return x + 1 }\nif doc.a == "q" { return }\ndoc.a = up(doc.a)');
    expect(lines[1]).toBe("fn up(x) { return x + 1 }");
    expect(lines[4]).toBe(`eval(";\\n${" ".repeat(25)}\\nif doc.a == \\"q\\" { return }\\ndoc.a = up(doc.a)")`);
  });

  it("runs a script whose functions alone return as it is", () => {
    expect(linesOf("fn up(x) { return x + 1 }\ndoc.a = up(1)").join("\n")).not.toContain("eval(");
    expect(linesOf('doc.a = "return"').join("\n")).not.toContain("eval(");
  });

  it("closes comments that a script leaves open", () => {
    expect(linesOf("doc.a = 1 /* /* end")[1]).toBe("doc.a = 1 /* /* end*/*/");
  });

  it("refuses what would leave the whole script, or take the place of what it calls", () => {
    expect(guardScript("exit()", STAMP)).toHaveProperty("refusal");
    expect(guardScript("eval(doc.code)", STAMP)).toHaveProperty("refusal");
    expect(guardScript("let f = |x| x; if doc.a { return }", STAMP)).toHaveProperty("refusal");
    expect(guardScript("let f = |x| x; doc.a = f.call(1) || doc.b", STAMP)).toHaveProperty("script");
    expect(guardScript("fn type_of(x) { 1 }", STAMP)).toHaveProperty("refusal");
    expect(guardScript("doc.exit = 1; doc.b = `eval(x)`; // exit()", STAMP)).toHaveProperty("script");
  });
});

describe("rewordScriptError", () => {
  it("counts lines as the user's script does, and leaves out what was put around it", () => {
    const own = "Function not found: nothing () (line 3, position 9)\nin call to function 'eval' (line 4, position 1)";
    expect(rewordScriptError(own)).toBe("Function not found: nothing () (line 2, position 9)");
  });
});
