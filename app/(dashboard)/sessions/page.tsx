import { redirect } from "next/navigation";

/** Where it stood before. */
export default function SessionsPage() {
  redirect("/settings/browsers");
}
