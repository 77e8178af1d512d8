import { IconMapOff } from "@tabler/icons-react";
import { EmptyBox } from "../_components/empty-box.tsx";
import { ButtonLink } from "../_components/links.tsx";
import { PageHeader } from "../_components/page-header.tsx";

export default function NotFound() {
  return (
    <>
      <PageHeader title="Not found" />
      <EmptyBox
        icon={<IconMapOff size={22} stroke={1.6} />}
        title="There is nothing here"
        action={
          <ButtonLink href="/overview" variant="default">
            Go to the overview
          </ButtonLink>
        }
      >
        It may have been deleted, or it belongs to somebody who has not made it public.
      </EmptyBox>
    </>
  );
}
