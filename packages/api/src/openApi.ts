import { OpenApi } from "effect/http-api"
import { Api } from "./Api.ts"

/** The OpenAPI 3.1 document of the REST interface. */
export const openApi = OpenApi.fromApi(Api)
