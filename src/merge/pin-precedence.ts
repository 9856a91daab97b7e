import { valuesAt } from "./attribute-path.ts";
import { type Pin, sortedPins } from "./pins.ts";

/** A document that a search rule in force pins, whatever the rule's conditions. */
export interface RulePin {
  /** Uid of the rule; of the pins of one rule the first comes first. */
  readonly rule: string;
  /** Id of the document, as text. */
  readonly id: string;
  readonly position: number;
  /** The rule's; the lowest comes first, null last. */
  readonly precedence: number | null;
}

/** What tells which of two pins comes first. Nodes show only their positions. */
export interface PinPrecedence {
  /** Attribute that tells documents apart; hits carry it. */
  readonly primaryKey: string;
  readonly rankByPin: ReadonlyMap<string, number>;
  /** So many hits of a node show every pin that may hold back another. */
  readonly reach: number;
  /**
   * True when it cannot be told which of two pins comes first: their rules are of equal precedence, between which a server
   * goes by its own numbers of them, or several rules may have made one of them.
   */
  readonly isTied: boolean;
}

/** Most documents that rules pin in one search (the server's `max_pin_actions`). */
const MOST_PINS = 100;

/**
 * How to order pins, given in the order of their rules. Undefined when their positions tell: every pin then stands before
 * those of later rules.
 */
export function pinPrecedence(pins: readonly RulePin[], primaryKey: string | null): PinPrecedence | undefined {
  const rankByPin = new Map<string, number>();
  let furthest: RulePin | undefined;
  let heldBackBy = -1;
  let isTied = false;
  for (const [rank, pin] of pins.entries()) {
    const key = pinKey(pin);
    if (furthest !== undefined && furthest.position >= pin.position) {
      heldBackBy = furthest.position;
      isTied ||= isUndecided(pin, pins.slice(0, rank));
    }
    if (!rankByPin.has(key)) rankByPin.set(key, rank);
    if (furthest === undefined || pin.position > furthest.position) furthest = pin;
  }
  if (heldBackBy < 0 || primaryKey === null) return undefined;
  return { primaryKey, rankByPin, reach: heldBackBy + Math.min(pins.length, MOST_PINS) + 1, isTied };
}

/** Whether an earlier pin contends by nothing but the age of its rule, or is the same pin by another rule, which may not be in force. */
function isUndecided({ rule, id, precedence, position }: RulePin, earlier: readonly RulePin[]): boolean {
  return earlier.some((pin) => {
    const isSame = pin.id === id && pin.position === position;
    return pin.rule !== rule && (isSame || (pin.precedence === precedence && pin.position >= position));
  });
}

/** Pins of several nodes in the order in which one server takes them. */
export function inPrecedence(pins: readonly Pin[], precedence: PinPrecedence | undefined): readonly Pin[] {
  const byPosition = sortedPins(pins);
  if (precedence === undefined) return byPosition;
  const { primaryKey, rankByPin } = precedence;
  const ranked = byPosition.map((pin) => {
    const id = String(valuesAt(pin.hit, primaryKey)[0]);
    return { pin, rank: rankByPin.get(pinKey({ id, position: pin.position })) ?? rankByPin.size };
  });
  return ranked
    .sort((left, right) => left.rank - right.rank)
    .slice(0, MOST_PINS)
    .map(({ pin }) => pin);
}

function pinKey({ id, position }: Pick<RulePin, "id" | "position">): string {
  return `${position}/${id}`;
}
