export {
  handleAuth as GET,
  handleAuth as OPTIONS,
  handleAuth as POST,
} from "#server/auth-door.ts";
