import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, reached } from './other-program.ts'
import type { BenchServer } from './server.ts'

const program = '/usr/sbin/nginx'
const modulePath = '/usr/lib/nginx/modules/ngx_nchan_module.so'

/** Whether nginx and nchan are here, where Debian puts them. */
export function hasNchan(): boolean {
  return existsSync(program) && existsSync(modulePath)
}

/** nginx as one process with nchan, long polling alone; this process only publishes, and its CPU time does not count. */
export function createNchanServer(): BenchServer {
  let nginx: ChildProcess | undefined
  let publisher: Socket | undefined
  return {
    async listen() {
      const port = await freePort()
      const folder = mkdtempSync(join(tmpdir(), 'baro-bench-'))
      writeFileSync(join(folder, 'nginx.conf'), configuration(port, folder))
      nginx = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf')], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      process.on('exit', () => {
        // Nothing of it is to be kept, and nchan does not end cleanly in a single process.
        nginx?.kill('SIGKILL')
        rmSync(folder, { recursive: true, force: true })
      })
      publisher = await reached(port, 'nginx')
      // Answers are not read for what they say: a publish that failed would leave the readers waiting, and the run ends.
      publisher.resume()
      // The first who ask get this, and with it where to continue from.
      publisher.write(publishRequest('hello'))
      return port
    },
    publish(payload) {
      publisher?.write(publishRequest(payload))
    },
    cpuMicros() {
      // Nanoseconds on a processor (Documentation/scheduler/sched-stats.rst), which is what getrusage is made from.
      return Number(readFileSync(`/proc/${nginx?.pid}/schedstat`, 'utf8').split(' ')[0]) / 1_000
    },
  }
}

function configuration(port: number, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `load_module ${modulePath};
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr error;
worker_rlimit_nofile 20000;
events { worker_connections 15000; }
http {
  access_log off;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  ${temporary.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location = /subscribe {
      nchan_subscriber longpoll;
      nchan_channel_id bench;
      nchan_subscriber_first_message oldest;
    }
    location = /publish {
      nchan_publisher;
      nchan_channel_id bench;
      nchan_message_buffer_length 1000;
    }
  }
}
`
}

function publishRequest(body: string): string {
  return `POST /publish HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
