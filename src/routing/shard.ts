import loadXxhash from "xxhash-wasm";

/** XXH64 (seed 0) of the UTF-8 bytes of a text. */
export interface Hasher {
  hash(text: string): bigint;
}

/** How many low bits of an id's hash are kept: enough for every shard count up to 4,096. */
const ID_HASH_BITS = 12;

let loading: Promise<Hasher> | undefined;

/** Loads the hash function once; everything that routes takes the answer as an argument and stays synchronous. */
export function loadHasher(): Promise<Hasher> {
  loading ??= loadXxhash().then(({ h64 }) => ({ hash: (text) => h64(text) }));
  return loading;
}

/** The shard that a hash falls into: its low bits, `shards` being a power of two. */
export function shardOf(hash: bigint, shards: number): number {
  return Number(hash & BigInt(shards - 1));
}

/** The low 12 bits of an id's hash; `idHash & (shards - 1)` is its shard at every shard count up to 4,096. */
export function idHash(hasher: Hasher, id: string): number {
  return Number(BigInt.asUintN(ID_HASH_BITS, hasher.hash(id)));
}
