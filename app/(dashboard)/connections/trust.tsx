import { Badge } from "@mantine/core";
import { type Connection, isMachine } from "./connection.ts";

/** How much of an app's name was checked. A machine was named by its owner. */
export function Trust({ client }: { client: Connection["client"] }) {
  if (isMachine(client)) return null;
  return (
    <Badge
      variant="default"
      tt="none"
      fw={500}
      title={
        client.verified ? "Its host vouches for this name" : "It gave itself this name; nobody has checked it"
      }
      {...(client.verified ? { c: "var(--fltr-positive)" } : {})}
    >
      {client.verified ? "Verified" : "Unverified"}
    </Badge>
  );
}
