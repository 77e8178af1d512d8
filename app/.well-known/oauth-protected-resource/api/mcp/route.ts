export { handleProtectedResource as GET, handleProtectedResource as OPTIONS } from "#server/wellknown.ts";
