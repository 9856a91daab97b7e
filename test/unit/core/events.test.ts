import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it } from "vitest";
import { EventBus } from "../../../src/core/events.ts";

const EVENT = { epoch: 2, previousEpoch: 1, nodes: ["a"] };

describe("EventBus", () => {
  it("tells listeners, those that asked for one event only once", () => {
    const bus = new EventBus();
    const heard: unknown[] = [];
    bus.emitter.on("epoch", (event) => heard.push(event));
    bus.emitter.once("epoch", ({ epoch }) => heard.push(epoch));
    bus.tell("epoch", EVENT);
    bus.tell("epoch", { ...EVENT, epoch: 3 });
    expect(heard).toEqual([EVENT, 2, { ...EVENT, epoch: 3 }]);
  });

  it("publishes on the diagnostics channel of the event", () => {
    const heard: unknown[] = [];
    const listener = (message: unknown) => heard.push(message);
    subscribe("miroir:epoch", listener);
    new EventBus().tell("epoch", EVENT);
    unsubscribe("miroir:epoch", listener);
    new EventBus().tell("epoch", EVENT);
    expect(heard).toEqual([EVENT]);
  });
});
