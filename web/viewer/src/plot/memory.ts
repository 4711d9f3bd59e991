import LRU from "zrender/lib/core/LRU.js";

/**
 * For `charts.ts` alone. The drawing library remembers how wide texts are by the texts themselves, in a plain object. There `__proto__` is found
 * before it is kept, and written to as if it were the library's: a row with that text would change every object of the
 * page. With a character in front of it a text is no name that objects have.
 */
export function rememberByOwnNames(): void {
  const { get, put } = LRU.prototype;
  LRU.prototype.get = function (this: LRU<unknown>, key) {
    return get.call(this, `:${key}`);
  };
  LRU.prototype.put = function (this: LRU<unknown>, key, value) {
    return put.call(this, `:${key}`, value);
  };
}
