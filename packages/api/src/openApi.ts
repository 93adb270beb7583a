import { OpenApi } from "effect/http-api"
import { Api } from "./Api.ts"

/** The OpenAPI 3.1 document of the REST interface. Making it takes a tenth of what a program does until it is ready. */
export const openApi = () => OpenApi.fromApi(Api)
