/** ln of the mean of exp(value), computed without overflow or underflow. */
export function logMeanExp(values: readonly number[]): number {
  return logSumExp(values) - Math.log(values.length);
}

/** ln of the sum of exp(value); minus infinity for an empty list. */
export function logSumExp(values: readonly number[]): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > highest) highest = value;
  if (!Number.isFinite(highest)) return highest;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - highest);
  return highest + Math.log(sum);
}
