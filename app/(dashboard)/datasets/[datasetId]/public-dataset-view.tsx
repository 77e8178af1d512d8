import { Badge } from "@mantine/core";
import { PageHeader } from "../../../_components/page-header.tsx";
import { SearchPanel } from "./search-panel.tsx";

/** Somebody else's dataset, or the installation's own: it can be searched, not changed. */
export function PublicDatasetView(props: {
  datasetId: string;
  name: string;
  description: string;
  address: string;
}) {
  return (
    <>
      <PageHeader
        title={props.name}
        description={props.description}
        actions={
          <Badge variant="default" size="lg" tt="none" fw={500}>
            Public, read only
          </Badge>
        }
      />
      <SearchPanel datasetId={props.datasetId} address={props.address} />
    </>
  );
}
