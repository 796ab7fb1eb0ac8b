// Make each call of a Node SDK once: node send.mjs NAME URL KEY USER. The SDK is loaded as npm has it.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const [name, url, writeKey, userId] = process.argv.slice(2)
const order = { order_id: 'o-1', revenue: 128.5, currency: 'CNY', note: '中秋 🥮' }

function calls(client) {
  client.identify({ userId, traits: { name: '王芳', email: `${userId}@example.com`, level: 'gold' } })
  client.track({ userId, event: 'Order Completed', properties: order })
  client.page({ userId, category: 'docs', name: 'Prices', properties: { url: 'https://shop.example/p' } })
  client.screen({ userId, category: 'app', name: 'Home', properties: { tab: 1 } })
  client.group({ userId, groupId: 'company-7', traits: { industry: 'tea' } })
  client.alias({ userId, previousId: `${userId}-old` })
}

function fail(error) {
  console.error(error)
  process.exit(1)
}

if (name === 'segment') {
  const { Analytics } = require('@segment/analytics-node')
  const client = new Analytics({ writeKey, host: url, maxRetries: 0 })
  client.on('error', fail)
  calls(client)
  await client.closeAndFlush({ timeout: 10_000 })
} else {
  const loaded = require('@rudderstack/rudder-sdk-node')
  const Rudder = loaded.default ?? loaded
  const client = new Rudder(writeKey, { dataPlaneUrl: url })
  calls(client)
  await new Promise((done) => client.flush((error) => (error ? fail(error) : done())))
}
