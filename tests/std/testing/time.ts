/**
 * Stands in for `@std/testing/time` where JSR cannot be reached: the same names, types and behaviour.
 *
 * @module
 */

/** A second FakeTime was made, or one was restored twice. */
export class TimeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TimeError";
  }
}

// deno-lint-ignore no-explicit-any
type Callback = (...args: any[]) => void;

interface Timer {
  id: number;
  /** Milliseconds between the runs of an interval; absent for a timeout. */
  period?: number;
  run: () => void;
}

const real = {
  Date,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  abortAfter: AbortSignal.timeout,
};

let faked: FakeTime | undefined;

/** Replaces the clock and the timers of the whole program until it is restored. Only one can exist at a time. */
export class FakeTime {
  readonly start: number;
  #now: number;
  #lastId = 0;
  /** The timers by the time when they are due, in the order in which they were set. */
  readonly #timers = new Map<number, Timer[]>();
  /** The keys of `#timers`, the earliest last. */
  readonly #dueTimes: number[] = [];
  /** The ids of timers that were not cleared. A cleared timer stays in `#timers` until it is due. */
  readonly #live = new Set<number>();

  constructor(start?: number | string | Date | null) {
    if (faked) throw new TimeError("Cannot construct FakeTime: time is already faked");
    this.start = start === undefined || start === null ? real.Date.now() : new real.Date(start).valueOf();
    if (Number.isNaN(this.start)) throw new TypeError(`Cannot construct FakeTime: invalid start time ${this.start}`);
    this.#now = this.start;
    faked = this;
    this.#replaceGlobals();
  }

  /** Milliseconds since 1970. Set to a later time, it runs the timers that are due by then. */
  get now(): number {
    return this.#now;
  }

  set now(value: number) {
    if (value < this.#now) {
      throw new RangeError(`Cannot set current time in the past, time must be >= ${this.#now}: received ${value}`);
    }
    while (this.#nextDueTime() <= value) {
      this.#now = this.#nextDueTime();
      const timer = this.#timers.get(this.#now)!.shift()!;
      // The first of these timers may have been cleared.
      if (!this.#live.has(timer.id)) continue;
      if (timer.period === undefined) this.#live.delete(timer.id);
      else this.#add(timer, this.#now + timer.period);
      timer.run();
    }
    this.#now = value;
  }

  /** Advances time, and runs the timers that are due by then. */
  tick(millis = 0): void {
    this.now += millis;
  }

  /** The same, after microtasks. */
  async tickAsync(millis = 0): Promise<void> {
    await this.runMicrotasks();
    this.tick(millis);
  }

  /** Advances time to the next timer, and runs it. Returns false where no timer is set. */
  next(): boolean {
    const dueTime = this.#nextDueTime();
    if (dueTime !== Infinity) this.now = dueTime;
    return dueTime !== Infinity;
  }

  /** The same, after microtasks. */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Runs all timers, also those that they set. */
  runAll(): void {
    while (this.next());
  }

  /** The same, after microtasks each time. */
  async runAllAsync(): Promise<void> {
    while (await this.nextAsync());
  }

  /** Waits in real time. */
  delay(millis: number): Promise<void> {
    return new Promise((resolve) => real.setTimeout.call(globalThis, resolve, millis));
  }

  /** Lets pending promises run. */
  async runMicrotasks(): Promise<void> {
    await this.delay(0);
  }

  /** Restores the real clock and timers. */
  restore(): void {
    if (faked === undefined) throw new TimeError("Cannot restore time: time is already restored");
    faked = undefined;
    const { abortAfter, ...globals } = real;
    Object.assign(globalThis, globals);
    AbortSignal.timeout = abortAfter;
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  #replaceGlobals(): void {
    const set = (run: Callback, millis: number, args: unknown[], period?: number) => {
      const timer = { id: ++this.#lastId, period, run: () => run(...args) };
      this.#live.add(timer.id);
      this.#add(timer, this.#now + Math.max(0, Math.floor(millis)));
      return timer.id;
    };
    const clear = (id: unknown) => {
      this.#live.delete(id as number);
    };
    Object.assign(globalThis, {
      Date: fakeDate(() => this.#now),
      setTimeout: (run: Callback, millis = 0, ...args: unknown[]) => set(run, millis, args),
      setInterval: (run: Callback, millis = 0, ...args: unknown[]) => {
        const period = Math.max(1, Math.floor(millis));
        return set(run, period, args, period);
      },
      clearTimeout: clear,
      clearInterval: clear,
    });
    AbortSignal.timeout = (millis) => {
      const controller = new AbortController();
      set(() => controller.abort(new DOMException("Signal timed out.", "TimeoutError")), millis, []);
      return controller.signal;
    };
  }

  #add(timer: Timer, dueTime: number): void {
    const timers = this.#timers.get(dueTime);
    if (timers) {
      timers.push(timer);
      return;
    }
    this.#timers.set(dueTime, [timer]);
    let [from, to] = [0, this.#dueTimes.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#dueTimes[middle] > dueTime) from = middle + 1;
      else to = middle;
    }
    this.#dueTimes.splice(from, 0, dueTime);
  }

  /** When the next timer is due. Infinity: no timer is set. */
  #nextDueTime(): number {
    for (;;) {
      const dueTime = this.#dueTimes.at(-1);
      if (dueTime === undefined) return Infinity;
      if (this.#timers.get(dueTime)!.some(({ id }) => this.#live.has(id))) return dueTime;
      this.#timers.delete(dueTime);
      this.#dueTimes.pop();
    }
  }
}

/** `Date` with another clock. Its instances are real dates. */
function fakeDate(now: () => number): DateConstructor {
  return new Proxy(real.Date, {
    construct: (date, args) => Reflect.construct(date, args.length === 0 ? [now()] : args),
    apply: (date) => new date(now()).toString(),
    get: (date, key) => key === "now" ? now : Reflect.get(date, key),
  });
}
