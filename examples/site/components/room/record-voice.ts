import { maxVoiceMs, type Voice } from '../../channels/attachments.ts'

// Each browser records at least one of them.
const recordings = [
  { mimeType: 'audio/webm', codec: 'opus' },
  { mimeType: 'audio/ogg', codec: 'opus' },
  { mimeType: 'audio/mp4', codec: 'mp4a.40.2' },
] as const

const shortestMs = 300

/** Whether this browser can record at all; it says nothing of permissions. */
export function canRecord(): boolean {
  // Neither is there on a page that came over plain HTTP.
  return typeof MediaRecorder === 'function' && 'mediaDevices' in navigator && recording() !== undefined
}

/**
 * Records until it is told to stop, or the time is over; `undefined` if that was at once.
 *
 * @param started Is called when the microphone is there.
 * @throws {DOMException} `NotAllowedError` if the microphone is refused, or others if there is none.
 */
export async function recordVoice(stop: AbortSignal, started: () => void): Promise<Voice | undefined> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } })
  try {
    const chosen = recording()
    if (stop.aborted || !chosen) return undefined
    const { mimeType, codec } = chosen
    const recorder = new MediaRecorder(stream, {
      mimeType: `${mimeType};codecs=${codec}`,
      audioBitsPerSecond: 24_000,
    })
    const parts: Blob[] = []
    recorder.ondataavailable = ({ data }) => parts.push(data)
    const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve))
    recorder.start()
    const startedAt = performance.now()
    started()
    AbortSignal.any([stop, AbortSignal.timeout(maxVoiceMs)]).addEventListener('abort', () => {
      // It has stopped by itself if the microphone was unplugged.
      if (recorder.state !== 'inactive') recorder.stop()
    })
    await ended
    const durationMs = Math.round(performance.now() - startedAt)
    if (durationMs < shortestMs) return undefined
    return { sound: new Uint8Array(await new Blob(parts).arrayBuffer()), mimeType, durationMs }
  } finally {
    for (const track of stream.getTracks()) track.stop()
  }
}

function recording(): (typeof recordings)[number] | undefined {
  return recordings.find(({ mimeType, codec }) => MediaRecorder.isTypeSupported(`${mimeType};codecs=${codec}`))
}
