import { env } from "#env";
import { Landing } from "./_components/landing/landing.tsx";
import { findUser } from "./_components/user.ts";

export default async function HomePage() {
  const user = await findUser();
  return <Landing signedIn={user !== null} address={env.appUrl} />;
}
