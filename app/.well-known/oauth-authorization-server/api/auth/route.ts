export {
  handleAuthorizationServer as GET,
  handleAuthorizationServer as OPTIONS,
} from "#server/wellknown.ts";
