import { type FanoutPlan, windowSize } from './measure.ts'

/** As many messages as give each measurement about the same number of deliveries; `share` makes them fewer. */
export function planFanout(subscribers: number, share: number): FanoutPlan {
  const messages = (deliveries: number): number =>
    Math.max(1, Math.ceil((deliveries * share) / subscribers / windowSize)) * windowSize
  return {
    subscribers,
    warmup: messages(150_000),
    oneAtATime: messages(400_000),
    inFlight: messages(800_000),
  }
}
