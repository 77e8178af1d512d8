/** Asked for by a client that wants to stay connected; only the authorization server speaks of it. */
export const offlineAccess = "offline_access";

export function withOfflineAccess(scope: string): string {
  return [...new Set([...scope.split(" ").filter(Boolean), offlineAccess])].join(" ");
}
