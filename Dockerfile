# syntax=docker/dockerfile:1

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The image's own Node is the right one: the `node` package's install script has nothing to add here.
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund

FROM packages AS build
COPY . .
RUN node bin/launch.mjs --build

FROM packages AS production
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
RUN install -d -o node -g node /data
COPY --from=production /app/node_modules ./node_modules
COPY package.json next.config.ts env.ts ./
COPY server ./server
COPY db ./db
COPY docs ./docs
COPY public ./public
COPY --from=build --chown=node:node /app/.next ./.next
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/main.ts"]
