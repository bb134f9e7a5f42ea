import cluster from 'node:cluster'

/**
 * What an operator should know who started several processes on purpose: each is a world of its own, because a broker on disk
 * serves one process. `undefined` if there is no sign of it.
 */
export function warningAboutSeveral(
  isWorker: boolean = cluster.isWorker,
  instance: string | undefined = process.env.NODE_APP_INSTANCE,
): string | undefined {
  // PM2 sets it to 0 for a single instance as well.
  const sign = isWorker
    ? 'This is a worker of node:cluster'
    : instance && instance !== '0' && `This is instance ${instance} of PM2`
  return sign
    ? `${sign}. A broker on disk serves one process: clients of another one would not see what is published here. Start one process.`
    : undefined
}
