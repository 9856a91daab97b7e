import { AsyncLocalStorage } from "node:async_hooks";
import * as api from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { onTestFinished } from "vitest";

/** A tracer whose finished spans are kept, and the application's way to have an active span, until the test ends. */
export function recordSpans() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  api.context.setGlobalContextManager(new StorageContextManager());
  onTestFinished(async () => {
    api.context.disable();
    await provider.shutdown();
  });
  return { tracer: provider.getTracer("test"), spans: () => exporter.getFinishedSpans() };
}

/** The active context by asynchronous call, as applications have it from their SDK. */
class StorageContextManager implements api.ContextManager {
  readonly #storage = new AsyncLocalStorage<api.Context>();

  active(): api.Context {
    return this.#storage.getStore() ?? api.ROOT_CONTEXT;
  }

  with: api.ContextManager["with"] = (context, work, self, ...given) =>
    this.#storage.run(context, () => work.call(self as ThisParameterType<typeof work>, ...given));

  bind: api.ContextManager["bind"] = (_context, target) => target;

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}
