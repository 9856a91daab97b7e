import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { ApiError } from "../http/api-error.ts";

/** Throws unless the document's `_geo` is absent, `null` or a pair of finite numbers. */
export function checkGeo(document: JsonObject, id: string, indexUid: string): void {
  const geo = document["_geo"];
  if (geo === undefined || geo === null) return;
  const refuse = (words: string): ApiError =>
    new ApiError("invalid_document_geo_field", `Index \`${indexUid}\`: ${words}`);
  const where = `in the document with the id: \`"${id}"\``;
  if (typeof geo !== "object" || Array.isArray(geo)) {
    throw refuse(
      `The \`_geo\` field ${where} is not an object. Was expecting an object with the \`_geo.lat\` and \`_geo.lng\` fields but instead got \`${JSON.stringify(geo)}\`.`,
    );
  }
  const { lat, lng, ...rest } = geo;
  if (lat === undefined && lng === undefined) {
    throw refuse(`Could not find latitude nor longitude ${where}. Was expecting \`_geo.lat\` and \`_geo.lng\` fields.`);
  }
  if (lat === undefined) throw refuse(`Could not find latitude ${where}. Was expecting a \`_geo.lat\` field.`);
  if (lng === undefined) throw refuse(`Could not find longitude ${where}. Was expecting a \`_geo.lng\` field.`);
  if (Object.keys(rest).length > 0) {
    throw refuse(`The \`_geo\` field ${where} contains the following unexpected fields: \`${JSON.stringify(rest)}\`.`);
  }
  checkCoordinates({ lat, lng }, where, refuse);
}

function checkCoordinates(
  geo: { lat: JsonValue; lng: JsonValue },
  where: string,
  refuse: (words: string) => ApiError,
): void {
  const isLatWrong = !isFiniteNumber(geo.lat);
  const isLngWrong = !isFiniteNumber(geo.lng);
  const [lat, lng] = [JSON.stringify(geo.lat), JSON.stringify(geo.lng)];
  if (isLatWrong && isLngWrong) {
    throw refuse(
      `Could not parse latitude nor longitude ${where}. Was expecting finite numbers but instead got \`${lat}\` and \`${lng}\`.`,
    );
  }
  const wording = "Was expecting a finite number but instead got";
  if (isLatWrong) throw refuse(`Could not parse latitude ${where}. ${wording} \`${lat}\`.`);
  if (isLngWrong) throw refuse(`Could not parse longitude ${where}. ${wording} \`${lng}\`.`);
}

function isFiniteNumber(value: JsonValue): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value === "string" && value.trim() === value && value !== "" && Number.isFinite(Number(value));
}
