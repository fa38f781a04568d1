import { connect, Socket } from 'node:net'
import { workerData } from 'node:worker_threads'
import { Relay } from '../wire/relay.ts'

// A thread: the one that is debugged stands still while it waits for a debugger, and at each breakpoint.
const relay = new Relay(new Socket({ fd: workerData as number }), (connection, port) =>
  relay.join(connection, connect(port, '127.0.0.1')),
)
await relay.listen()
