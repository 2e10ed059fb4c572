/** Writes single bits into bytes, starting with the highest bit of each byte. */
export interface BitWriter {
  /** Writes the lowest `count` bits of a number, the highest of them first. */
  write(value: number, count: number): void;
  /** Writes whole bytes. The current byte must be complete. */
  writeBytes(bytes: Uint8Array): void;
  /** Fills up the current byte. */
  align(bit: 0 | 1): void;
  /** Everything written so far. */
  bytes(): Uint8Array<ArrayBuffer>;
}

/** Creates an empty bit writer. */
export function bitWriter(): BitWriter {
  let bytes = new Uint8Array(1024);
  let length = 0;
  const reserve = (size: number) => {
    if (size <= bytes.length) return;
    const larger = new Uint8Array(Math.max(size, bytes.length * 2));
    larger.set(bytes);
    bytes = larger;
  };
  const push = (bit: number) => {
    reserve((length >> 3) + 1);
    if (bit) bytes[length >> 3] |= 0x80 >> (length & 7);
    length++;
  };
  return {
    write(value, count) {
      for (let place = count - 1; place >= 0; place--) push(value >>> place & 1);
    },
    writeBytes(more) {
      const start = length / 8;
      reserve(start + more.length);
      bytes.set(more, start);
      length += more.length * 8;
    },
    align(bit) {
      while (length % 8 !== 0) push(bit);
    },
    bytes: () => bytes.slice(0, Math.ceil(length / 8)),
  };
}
