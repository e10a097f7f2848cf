# Rill in a container: docs/deploy.md says how to run it.
FROM node:24-bookworm-slim AS build
WORKDIR /app
ENV NEXT_TELEMETRY_DISABLED=1
# A layer of their own, which a change of the code doesn't invalidate.
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build:image

FROM node:24-bookworm-slim
WORKDIR /app
# The size of Node's young generation in MB: with more than the default of 16, streams cost less (docs/bench.md).
ENV NODE_OPTIONS=--max-semi-space-size=64
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
COPY --from=build /app/.next/image ./
# The only folder that Rill writes to, whichever user the container runs as.
RUN mkdir /data && chmod 1777 /data
VOLUME /data
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "lib/image.mjs"]
