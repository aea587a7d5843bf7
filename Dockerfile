# No build step: Node 24 runs the .ts files as they are. Stage one installs, stage two holds nothing but Node, the libraries and the code.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Without the development tools; also without npm's own `node`, since the image is one.
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production TZ=UTC
WORKDIR /app
# Owned by root: the service can read its code, not change it.
COPY --from=packages /app/node_modules ./node_modules
# What goes in is listed in .dockerignore.
COPY . .
# The data folder: the embedded PostgreSQL when no other is named (it refuses to run as root), candles, reports.
RUN mkdir .roottrading && chown node:node .roottrading && chmod 700 .roottrading
USER node
VOLUME /app/.roottrading
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["node", "src/cli.ts", "health"]
# Run with --init (docker-compose.yml does), so that signals arrive and ended children are collected.
CMD ["node", "--no-opt", "--single-threaded-gc", "src/main.ts"]
