# Fenghuo's processes, scaled out (docker-compose.yml). Not built where it was written: there is no Docker on those machines; tests hold its parts to package.json and to the files that it copies.
# The tag is the Node that package.json pins. Pin the digest as well where you build: docker buildx imagetools inspect node:26.10.0-trixie-slim
FROM node:26.10.0-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages hold the in-process ClickHouse and Node itself: a server and the image have them.
RUN npm install --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM node:26.10.0-trixie-slim
RUN groupadd --gid 10001 fenghuo && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin fenghuo \
  && mkdir -p /data/members && chown -R 10001:10001 /data && chmod 700 /data \
  && rm -rf /usr/local/lib/node_modules/npm /usr/local/bin/npm /usr/local/bin/npx /opt/yarn*
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY cli cli
COPY desk desk
COPY gateway gateway
COPY language language
COPY processors processors
COPY reference reference
COPY rules rules
COPY schemas schemas
COPY seeds seeds
COPY simulator simulator
COPY streams streams
ENV NODE_ENV=production FENGHUO_DATA=/data FENGHUO_HOST=0.0.0.0 FENGHUO_PORT=8080
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--disable-warning=TimeoutNegativeWarning", "--min-semi-space-size=32", "--max-semi-space-size=32", "--no-parallel-scavenge", "cli/main.ts"]
CMD ["--help"]
