/** The first value that one of the promises resolves with and is not undefined; undefined when all are. */
export function firstDefined<T>(promises: readonly Promise<T | undefined>[]): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let left = promises.length;
    for (const promise of promises) {
      promise.then((value) => {
        left -= 1;
        if (value !== undefined || left === 0) resolve(value);
      }, reject);
    }
  });
}
