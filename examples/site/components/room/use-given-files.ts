'use client'

import { useEffect, useEffectEvent } from 'react'

/** Takes a file that is pasted, or dropped anywhere on the page. */
export function useGivenFiles(take: (file: File) => void): void {
  const onFile = useEffectEvent(take)
  useEffect(() => {
    const given = new AbortController()
    const { signal } = given
    addEventListener(
      'paste',
      ({ clipboardData }) => {
        const file = clipboardData?.files[0]
        // What an office program copies is text with a picture of it.
        if (file && !clipboardData.types.includes('text/plain')) onFile(file)
      },
      { signal },
    )
    addEventListener(
      'dragover',
      (event) => {
        // Otherwise the browser leaves the page for the file.
        if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
      },
      { signal },
    )
    addEventListener(
      'drop',
      (event) => {
        const file = event.dataTransfer?.files[0]
        if (!file) return
        event.preventDefault()
        onFile(file)
      },
      { signal },
    )
    return () => given.abort()
  }, [])
}
