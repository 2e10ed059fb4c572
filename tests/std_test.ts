/** The functions of `@std` that tests use. Both `@std` and its stand-ins have to pass. */
import { describe, it } from "node:test";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  assertSpyCall,
  assertSpyCallArg,
  assertSpyCalls,
  type MethodSpy,
  MockError,
  returnsNext,
  type Spy,
  spy,
  type Stub,
  stub,
} from "@std/testing/mock";
import { FakeTime, TimeError } from "@std/testing/time";
import {
  assertType,
  type Has,
  type IsAny,
  type IsExact,
  type IsNever,
  type IsNullable,
  type IsUnknown,
  type NotHas,
} from "@std/testing/types";

const fails = (run: () => unknown) => assertThrows(run, AssertionError);

describe("assertions", () => {
  it("pass for what they say", () => {
    assert(1);
    assertEquals({ a: [1, new Date(2)] }, { a: [1, new Date(2)] });
    assertEquals(Object.create(null), {});
    assertMatch("abc", /b/);
    assertStringIncludes("abc", "b");
    assertIsError(new TypeError("abc"), TypeError, /b/);
    const value: unknown = new RangeError("abc");
    assertInstanceOf(value, RangeError);
    assertType<IsExact<typeof value, RangeError>>(true);
  });

  it("fail for anything else", () => {
    fails(() => assert(0));
    fails(() => assertEquals<unknown>({ a: undefined }, {}));
    fails(() => assertEquals(new Date(1), new Date(2)));
    fails(() => assertEquals(new Uint8Array([1]), new Uint8Array([2])));
    fails(() => assertMatch("abc", /d/));
    fails(() => assertStringIncludes("abc", "d"));
    fails(() => assertIsError(new Error("abc"), TypeError));
    fails(() => assertIsError(new Error("abc"), Error, "d"));
    fails(() => assertInstanceOf({}, Error));
    assertStringIncludes(fails(() => assertEquals([1], [2], "the reason")).message, "the reason");
  });

  it("return the error that was thrown, of the class that was asked for", () => {
    const some = assertThrows(() => {
      throw 1;
    });
    const error = assertThrows(
      () => {
        throw new RangeError("abc");
      },
      RangeError,
      "b",
    );
    assertType<IsExact<typeof some, unknown>>(true);
    assertType<IsExact<typeof error, RangeError>>(true);
    assertEquals([some, error.message], [1, "abc"]);
    fails(() => assertThrows(() => {}));
    fails(() => assertThrows(() => JSON.parse("{"), RangeError));
    fails(() => assertThrows(() => JSON.parse("{"), SyntaxError, "no such text"));
  });

  it("return the error of a promise that was rejected", async () => {
    const some = await assertRejects(() => Promise.reject(1));
    const error = await assertRejects(() => Promise.reject(new RangeError("abc")), RangeError, "b");
    assertType<IsExact<typeof some, unknown>>(true);
    assertType<IsExact<typeof error, RangeError>>(true);
    assertEquals([some, error.message], [1, "abc"]);
    const throws = (): Promise<void> => {
      throw new Error("thrown, not rejected");
    };
    for (const run of [() => Promise.resolve(), throws]) {
      await assertRejects(() => assertRejects(run), AssertionError);
    }
    await assertRejects(() => assertRejects(() => Promise.reject(new Error("abc")), Error, "d"), AssertionError);
  });
});

describe("a spy", () => {
  const owner = { twice: (value: number): number => value * 2 };

  it("keeps the calls of a function", () => {
    const add = spy((a: number, b: number) => a + b);
    const nothing = spy();
    assertType<IsExact<typeof add, Spy<unknown, [number, number], number>>>(true);
    assertEquals([add(1, 2), nothing(3)], [3, undefined]);
    assertSpyCall(add, 0, { args: [1, 2], returned: 3 });
    assertSpyCallArg(nothing, 0, 0, 3);
    assertSpyCalls(add, 1);
    fails(() => assertSpyCalls(add, 2));
    fails(() => assertSpyCall(add, 1));
    fails(() => assertSpyCall(add, 0, { args: [1, 3] }));
    fails(() => assertSpyCall(add, 0, { returned: 4 }));
  });

  it("keeps the errors that a function throws", () => {
    const parse = spy((text: string) => JSON.parse(text));
    assertThrows(() => parse("{"), SyntaxError);
    assertSpyCall(parse, 0, { error: { Class: SyntaxError } });
    fails(() => assertSpyCall(parse, 0, { error: { Class: RangeError } }));
  });

  it("keeps the calls of a method until that is restored", () => {
    const { twice } = owner;
    const calls = spy(owner, "twice");
    assertType<IsExact<typeof calls, MethodSpy<typeof owner, [value: number], number>>>(true);
    assertEquals(owner.twice(2), 4);
    assertThrows(() => spy(owner, "twice"), MockError);
    calls.restore();
    assertSpyCall(calls, 0, { self: owner, args: [2], returned: 4 });
    assertEquals(owner.twice, twice);
    assertThrows(() => calls.restore(), MockError);
  });

  it("that is a stub takes the place of a method until its block ends", () => {
    {
      using calls = stub(owner, "twice", () => 5);
      assertType<IsExact<typeof calls, Stub<typeof owner, [value: number], number>>>(true);
      assertEquals(owner.twice(1), 5);
      assertSpyCalls(calls, 1);
    }
    assertEquals(owner.twice(1), 2);
  });

  it("that is a stub may have a list of results", () => {
    using _ = stub(owner, "twice", returnsNext([1, new Error("second")]));
    assertEquals(owner.twice(0), 1);
    assertThrows(() => owner.twice(0), Error, "second");
    assertThrows(() => owner.twice(0), MockError, "more than 2 time(s)");
  });
});

describe("fake time", () => {
  it("stands still until it is moved, for dates and timers", () => {
    const { Date: RealDate } = globalThis;
    using time = new FakeTime(1000);
    assertEquals([time.start, time.now, Date.now(), new Date().valueOf()], [1000, 1000, 1000, 1000]);
    assert(new Date() instanceof RealDate && new Date(5).valueOf() === 5);
    const run = spy();
    setTimeout(run, 10.9, "a");
    clearTimeout(setTimeout(run, 5));
    time.tick(9);
    assertSpyCalls(run, 0);
    time.tick(1);
    assertSpyCall(run, 0, { args: ["a"] });
    assertThrows(() => time.now = 1, RangeError);
  });

  it("jumps to the next timer", async () => {
    using time = new FakeTime(0);
    const seen: Array<[string, number]> = [];
    const see = (name: string) => seen.push([name, Date.now()]);
    setTimeout(() => {
      see("first");
      setTimeout(see, 0, "set by the first");
    }, 10);
    setTimeout(see, 10, "second");
    assert(time.next());
    assertEquals(seen.splice(0), [["first", 10], ["second", 10], ["set by the first", 10]]);
    assertEquals(time.next(), false);
    setTimeout(see, 5, "third");
    assert(await time.nextAsync());
    setTimeout(see, 5, "fourth");
    await time.runAllAsync();
    assertEquals(seen, [["third", 15], ["fourth", 20]]);
  });

  it("repeats intervals until they are cleared", () => {
    using time = new FakeTime();
    const run = spy();
    const interval = setInterval(run, 4);
    time.tick(9);
    clearInterval(interval);
    time.tick(9);
    assertSpyCalls(run, 2);
  });

  it("ends the time of signals", () => {
    using time = new FakeTime();
    const signal = AbortSignal.timeout(50);
    time.tick(49);
    assertEquals(signal.aborted, false);
    time.tick(1);
    assertEquals([signal.aborted, signal.reason.name], [true, "TimeoutError"]);
  });

  it("throws what a timer throws", () => {
    using time = new FakeTime();
    setTimeout(() => {
      throw new Error("thrown");
    });
    assertThrows(() => time.next(), Error, "thrown");
  });

  it("waits for promises, and can wait really", async () => {
    using time = new FakeTime(0);
    const run = spy();
    Promise.resolve().then(run);
    await time.tickAsync(5);
    assertSpyCalls(run, 1);
    await time.delay(1);
    await time.runMicrotasks();
    assertEquals(Date.now(), 5);
  });

  it("exists once, and puts everything back", () => {
    const now = () => [Date, setTimeout, clearTimeout, setInterval, clearInterval, AbortSignal.timeout];
    const before = now();
    const time = new FakeTime();
    assert(now().every((value, index) => value !== before[index]));
    assertThrows(() => new FakeTime(), TimeError);
    time.restore();
    assertThrows(() => time.restore(), TimeError);
    assertThrows(() => new FakeTime("no date"), TypeError);
    assert(now().every((value, index) => value === before[index]));
  });
});

describe("types", () => {
  it("are compared when they are checked", () => {
    assertType<IsExact<"a" | "b", "b" | "a">>(true);
    assertType<IsExact<{ a?: 1 }, { a: 1 }>>(false);
    assertType<IsExact<string, unknown>>(false);
    assertType<Has<"a" | "b", "a">>(true);
    assertType<Has<"a" | "b", "c">>(false);
    assertType<NotHas<"a" | "b", "c">>(true);
    assertType<IsNullable<string | null>>(true);
    assertType<IsNullable<string>>(false);
    assertType<IsNever<never>>(true);
    assertType<IsNever<string>>(false);
    assertType<IsUnknown<unknown>>(true);
    assertType<IsUnknown<string>>(false);
    assertType<IsAny<string>>(false);
    // @ts-expect-error: they are not the same
    assertType<IsExact<string, number>>(true);
  });
});
