/** What counts, for suites of layers that count something. */
export { Prometheus } from "@opsdesk/telemetry/Prometheus"
