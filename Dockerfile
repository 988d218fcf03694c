# Three stages: build with everything, cut down to what production runs, and an image that holds only that.

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY prisma.config.ts tsconfig.json tsconfig.build.json ./
COPY prisma prisma
COPY scripts scripts
COPY src src
RUN npm run build

FROM node:20-bookworm-slim AS production
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=peer --ignore-scripts
# Prisma's command line is an optional peer of its client, and npm keeps it as long as it also stands among the
# development dependencies: with those struck out, pruning takes it and all it brought along.
RUN npm pkg delete devDependencies overrides allowScripts \
  && npm prune --omit=dev --omit=peer --ignore-scripts --offline \
  && test ! -e node_modules/prisma && test ! -e node_modules/@prisma/engines

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=production /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE* ./
COPY bin bin
COPY prisma/migrations prisma/migrations
# The only folder the service may write to, and only with the embedded database.
RUN mkdir data && chown node:node data
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# V8 would let the heap grow with the machine. docs/operations.md tells how many live revocations this is room for.
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=512", "dist/main.js"]
