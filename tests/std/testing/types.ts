/**
 * Stands in for `@std/testing/types` where JSR cannot be reached: the same names and types.
 *
 * @module
 */

/** Compiles only where the value has the type: `assertType<IsExact<typeof id, string>>(true)`. */
export function assertType<T extends boolean>(expectTrue: T): void {
  void expectTrue;
}

/** Whether two types are the same. */
export type IsExact<T, U> = (<X>() => X extends T ? 1 : 2) extends (<X>() => X extends U ? 1 : 2) ? true : false;

/** Whether a union has a member. */
export type Has<T, U> = IsAny<T> extends true ? true
  : IsAny<U> extends true ? false
  : [Extract<T, U>] extends [never] ? false
  : true;

/** Whether a union lacks a member. */
export type NotHas<T, U> = Has<T, U> extends true ? false : true;

export type IsAny<T> = 0 extends 1 & T ? true : false;

export type IsNever<T> = [T] extends [never] ? true : false;

export type IsUnknown<T> = unknown extends T ? IsAny<T> extends true ? false : true : false;

/** Whether a type may be null or undefined. */
export type IsNullable<T> = [Extract<T, null | undefined>] extends [never] ? false : true;
