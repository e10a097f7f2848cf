# Rill in a container: docs/deploy.md says how to run it. Its test does by hand what it says here, line by line.
FROM node:24-bookworm-slim AS build
WORKDIR /app
ENV NEXT_TELEMETRY_DISABLED=1
# First what changes seldom, so that it is not done again for each change of the code.
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN RILL_STANDALONE=1 npm run build
# lib/image.mjs stands in for Next's own server.js, no image is resized, and a binary for musl cannot run here.
RUN cd .next/standalone && rm -r server.js node_modules/sharp node_modules/@img node_modules/@libsql/*-musl

FROM node:24-bookworm-slim
WORKDIR /app
# How much short-lived data Node keeps before it collects it, in MB: with more than 16, streams cost less (docs/bench.md).
ENV NODE_OPTIONS=--max-semi-space-size=64
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
COPY --from=build /app/.next/standalone ./
COPY --from=build /app/.next/static ./.next/static
COPY --from=build /app/public ./public
COPY --from=build /app/lib/image.mjs /app/lib/serve.mjs /app/lib/http-defaults.mjs /app/lib/install.mjs /app/lib/streaming-routes.mjs ./lib/
# The only place that is written to, by whichever user the container is given.
RUN mkdir /data && chmod 1777 /data
VOLUME /data
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "lib/image.mjs"]
