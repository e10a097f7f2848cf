import type { NextConfig } from 'next'

const config: NextConfig = {
  // For the image alone: a folder that runs without node_modules. See the Dockerfile.
  ...(process.env.RILL_STANDALONE === '1' ? { output: 'standalone' } : {}),
  // The pages of the documentation are made when Rill is built; the files they are made of are not needed after that.
  outputFileTracingExcludes: { '/docs/*': ['docs/**', 'README.md'] },
  // No page has an image to be resized, so neither the endpoint nor its library is needed.
  images: { unoptimized: true },
  poweredByHeader: false,
  reactStrictMode: true,
  serverExternalPackages: [
    ...['libsql', 'pg', 'undici', 'openai', 'pino', 'gpt-tokenizer'],
    ...['sdk-trace-node', 'resources', 'exporter-trace-otlp-http'].map((name) => `@opentelemetry/${name}`),
  ],
  // lib/http-defaults.mjs sets them on every answer; here they are for the development server.
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'Referrer-Policy', value: 'no-referrer' },
        { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
        { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
        { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=()' },
      ],
    },
  ],
}

export default config
