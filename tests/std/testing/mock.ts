/**
 * Stands in for `@std/testing/mock` where JSR cannot be reached: the same names, types and behaviour, but for
 * constructors, getters and sessions.
 *
 * @module
 */
import { assertEquals, AssertionError, assertIsError } from "../assert.ts";

/** A method cannot be replaced or was replaced before, or a function was called too often. */
export class MockError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MockError";
  }
}

/** One call of a spy. */
// deno-lint-ignore no-explicit-any
export interface SpyCall<Self = any, Args extends unknown[] = any[], Return = any> {
  args: Args;
  returned?: Return;
  error?: Error;
  self?: Self;
}

/** A function that records its calls. */
// deno-lint-ignore no-explicit-any
export interface Spy<Self = any, Args extends unknown[] = any[], Return = any> {
  (this: Self, ...args: Args): Return;
  original: (this: Self, ...args: Args) => Return;
  calls: SpyCall<Self, Args, Return>[];
  restored: boolean;
  restore(): void;
}

/** A method that records its calls until it is restored. */
// deno-lint-ignore no-explicit-any
export interface MethodSpy<Self = any, Args extends unknown[] = any[], Return = any>
  extends Spy<Self, Args, Return>, Disposable {}

/** A method that another function replaces until it is restored. */
// deno-lint-ignore no-explicit-any
export interface Stub<Self = any, Args extends unknown[] = any[], Return = any> extends MethodSpy<Self, Args, Return> {
  fake: (this: Self, ...args: Args) => Return;
}

/** What is expected of a call. Absent properties are not compared. */
// deno-lint-ignore no-explicit-any
export interface ExpectedSpyCall<Self = any, Args extends unknown[] = any[], Return = any> {
  args?: [...Args, ...unknown[]];
  self?: Self;
  returned?: Return;
  // deno-lint-ignore no-explicit-any
  error?: { Class?: new (...args: any[]) => Error; msgIncludes?: string };
}

export type GetParametersFromProp<Self, Prop extends keyof Self> = Self[Prop] extends (...args: infer Args) => unknown
  ? Args
  : unknown[];

export type GetReturnFromProp<Self, Prop extends keyof Self> =
  // deno-lint-ignore no-explicit-any
  Self[Prop] extends (...args: any[]) => infer Return ? Return : unknown;

// deno-lint-ignore no-explicit-any
type AnyFunction = (this: any, ...args: any[]) => any;

/** Records the calls of a new function, of a given function, or of a method. */
// deno-lint-ignore no-explicit-any
export function spy<Self = any, Args extends unknown[] = any[], Return = undefined>(): Spy<Self, Args, Return>;
export function spy<Self, Args extends unknown[], Return>(
  func: (this: Self, ...args: Args) => Return,
): Spy<Self, Args, Return>;
export function spy<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
): MethodSpy<Self, GetParametersFromProp<Self, Prop>, GetReturnFromProp<Self, Prop>>;
export function spy(target?: unknown, property?: PropertyKey): Spy {
  if (property === undefined) {
    const original = (target ?? (() => {})) as AnyFunction;
    return recorder(original, original, () => {
      throw new MockError("Cannot restore: function cannot be restored");
    });
  }
  const owner = target as Record<PropertyKey, unknown>;
  if (typeof owner[property] !== "function") throw new MockError("Cannot spy: property is not an instance method");
  return replaceMethod(owner, property, owner[property] as AnyFunction);
}

/** Replaces a method, by default with a function that does nothing. */
export function stub<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
  func?: (this: Self, ...args: GetParametersFromProp<Self, Prop>) => GetReturnFromProp<Self, Prop>,
): Stub<Self, GetParametersFromProp<Self, Prop>, GetReturnFromProp<Self, Prop>>;
export function stub(owner: Record<PropertyKey, unknown>, property: PropertyKey, fake: AnyFunction = () => {}): Stub {
  const current = owner[property];
  if (current !== undefined && typeof current !== "function") {
    throw new MockError("Cannot stub: property is not an instance method");
  }
  return Object.assign(replaceMethod(owner, property, fake), { fake });
}

/** Asserts the number of calls of a spy. */
export function assertSpyCalls<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  expectedCalls: number,
): void {
  assertEquals(spy.calls.length, expectedCalls, "calls of the spy");
}

/** Asserts the properties of a call of a spy. */
export function assertSpyCall<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  callIndex: number,
  expected: ExpectedSpyCall<Self, Args, Return> = {},
): void {
  const call = callOf(spy, callIndex);
  if ("args" in expected) assertEquals<unknown>(call.args, expected.args, "arguments of the call");
  if ("self" in expected) assertEquals(call.self, expected.self, "object of the call");
  if ("returned" in expected) {
    if (call.error) throw new AssertionError("Spy call did not return expected value, an error was thrown.");
    assertEquals(call.returned, expected.returned, "result of the call");
  }
  if (!expected.error) return;
  if ("returned" in call) throw new AssertionError("Spy call did not throw an error, a value was returned.");
  assertIsError(call.error, expected.error.Class, expected.error.msgIncludes);
}

/** Asserts one argument of a call. */
export function assertSpyCallArg<Self, Args extends unknown[], Return, ExpectedArg>(
  spy: Spy<Self, Args, Return>,
  callIndex: number,
  argIndex: number,
  expected: ExpectedArg,
): ExpectedArg {
  const arg = callOf(spy, callIndex).args[argIndex] as ExpectedArg;
  assertEquals(arg, expected);
  return arg;
}

/** Makes a function that returns the next of these values at each call. Errors are thrown. */
// deno-lint-ignore no-explicit-any
export function returnsNext<Return, Self = any, Args extends unknown[] = any[]>(
  values: Iterable<Return | Error>,
): (this: Self, ...args: Args) => Return {
  const iterator = values[Symbol.iterator]();
  let calls = 0;
  return () => {
    const { done, value } = iterator.next();
    if (done) throw new MockError(`Not expected to be called more than ${calls} time(s)`);
    calls++;
    if (value instanceof Error) throw value;
    return value;
  };
}

function callOf(spy: Spy, index: number): SpyCall {
  if (spy.calls.length <= index) throw new AssertionError("Spy not called as much as expected");
  return spy.calls[index];
}

/** Replaces a method with a recorder. */
function replaceMethod(owner: Record<PropertyKey, unknown>, key: PropertyKey, run: AnyFunction): Spy & Disposable {
  const original = owner[key] as AnyFunction;
  if (original && "calls" in original) throw new MockError("Cannot spy or stub: already spying on instance method");
  const descriptor = Object.getOwnPropertyDescriptor(owner, key);
  if (descriptor && !descriptor.configurable) {
    throw new MockError("Cannot spy or stub: non-configurable instance method");
  }
  const recording = recorder(original, run, () => {
    if (descriptor) Object.defineProperty(owner, key, descriptor);
    else delete owner[key];
  });
  Object.defineProperty(owner, key, {
    configurable: true,
    enumerable: descriptor?.enumerable ?? false,
    writable: descriptor?.writable ?? false,
    value: recording,
  });
  return recording;
}

/** A function that calls another, and records the calls. */
function recorder(original: AnyFunction, run: AnyFunction, undo: () => void): Spy & Disposable {
  const calls: SpyCall[] = [];
  let restored = false;
  const recording = function (this: unknown, ...args: unknown[]) {
    const call: SpyCall = this ? { args, self: this } : { args };
    try {
      return call.returned = run.apply(this, args);
    } catch (error) {
      call.error = error as Error;
      throw error;
    } finally {
      calls.push(call);
    }
  };
  const restore = () => {
    if (restored) throw new MockError("Cannot restore: instance method already restored");
    undo();
    restored = true;
  };
  return Object.defineProperties(recording, {
    original: { enumerable: true, value: original },
    calls: { enumerable: true, value: calls },
    restored: { enumerable: true, get: () => restored },
    restore: { enumerable: true, value: restore },
    [Symbol.dispose]: { value: restore },
  }) as unknown as Spy & Disposable;
}
