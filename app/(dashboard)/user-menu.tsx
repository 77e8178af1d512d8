"use client";

import { lazy, Suspense, useState } from "react";
import type { User } from "../_components/user.ts";
import { UserButton } from "./user-button.tsx";

const load = () => import("./user-menu-list.tsx");
const UserMenuList = lazy(load);

/** On every page, and seldom opened: the menu itself is fetched when somebody comes near. */
export function UserMenu({ user }: { user: User }) {
  const [asked, setAsked] = useState(false);
  const button = (
    <UserButton
      user={user}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setAsked(true)}
    />
  );
  return asked ? (
    <Suspense fallback={button}>
      <UserMenuList user={user} />
    </Suspense>
  ) : (
    button
  );
}
