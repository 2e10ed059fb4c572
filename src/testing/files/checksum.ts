/** A cyclic redundancy check that starts with the highest bit of each byte. */
export function checksum(bytes: Uint8Array, width: 8 | 16 | 32, polynomial: number): number {
  const top = 2 ** (width - 1);
  const table = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index * 2 ** (width - 8) >>> 0;
    for (let bit = 0; bit < 8; bit++) value = (value & top ? value << 1 ^ polynomial : value << 1) >>> 0;
    return value;
  });
  const mask = 2 ** width - 1;
  let sum = 0;
  for (const byte of bytes) {
    sum = ((sum << 8) ^ table[(sum >>> (width - 8) ^ byte) & 0xff]) >>> 0;
    if (width < 32) sum &= mask;
  }
  return sum >>> 0;
}
