/** Labels at the end of lines: where two lines end close together, their names are moved apart. */

const LINE_PX = 16;

const TICKS = 5;

/** How much an axis of values shows once the chart has rounded its ends to steps of 1, 2, 3, 5 or 10. */
export function axisSpan(low: number, high: number): number {
  const rough = (high - low) / TICKS;
  if (!(rough > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const part = rough / power;
  const step = power * (part < 1.5 ? 1 : part < 2.5 ? 2 : part < 4 ? 3 : part < 7 ? 5 : 10);
  return (Math.ceil(high / step) - Math.floor(low / step)) * step;
}

/**
 * For each value the pixels by which its label moves (down is positive), so that no two are closer than a line of
 * text. `perPx` is how much of the axis one pixel shows; the order from top to bottom stays that of the values.
 */
export function spreadPx(values: number[], perPx: number): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  const wanted = order.map((index) => -(values[index] ?? 0) / perPx);
  const placed = [...wanted];
  // Pools of labels that touch move as one around their middle (isotonic regression with a gap).
  const pools: { from: number; to: number; middle: number }[] = [];
  for (let at = 0; at < placed.length; at += 1) {
    pools.push({ from: at, to: at, middle: wanted[at] ?? 0 });
    for (
      let last = pools.at(-1), above = pools.at(-2);
      last && above;
      last = pools.at(-1), above = pools.at(-2)
    ) {
      const reach = (pool: { from: number; to: number }) => ((pool.to - pool.from) * LINE_PX) / 2;
      if (above.middle + reach(above) + LINE_PX <= last.middle - reach(last)) break;
      const whole = { from: above.from, to: last.to };
      const members = wanted.slice(whole.from, whole.to + 1);
      pools.splice(-2, 2, { ...whole, middle: members.reduce((sum, y) => sum + y, 0) / members.length });
    }
  }
  for (const pool of pools) {
    for (let at = pool.from; at <= pool.to; at += 1) {
      placed[at] = pool.middle + (at - (pool.from + pool.to) / 2) * LINE_PX;
    }
  }
  const moved = values.map(() => 0);
  order.forEach((index, at) => {
    moved[index] = Math.round((placed[at] ?? 0) - (wanted[at] ?? 0));
  });
  return moved;
}
