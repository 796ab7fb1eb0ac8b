/** What waits for my yes, what would it do, and what did others decide? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { libraryOptions } from "@/features/compose/api/contents";
import { approvalsOptions } from "@/features/relate/api/approvals";
import { ApprovalList, WordsWaiting } from "@/features/relate/components/approval-list";
import { WorkNav } from "@/features/relate/components/work-nav";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function ApprovalsPage() {
  const { t } = useTranslation();
  const approvals = useQuery(approvalsOptions());
  const library = useQuery(libraryOptions());
  const contents = (library.data?.contents ?? [])
    .filter((each) => each.state === "submitted")
    .map((each) => ({
      id: each.content_id,
      name: each.name || each.subject || each.content_id,
      excerpt: each.excerpt,
    }));
  return (
    <Page title={t("work.approvals")} lead={t("work.approvalsLead")}>
      <WorkNav />
      <Card title={t("work.approvalsWait")}>
        <Shown query={approvals} lines={4}>
          {({ approvals: all }) => {
            const waiting = all.filter((each) => each.status === "waits");
            if (waiting.length + contents.length === 0)
              return (
                <EmptyNote title={t("work.nothingWaits")}>
                  <p>{t("work.nothingWaitsHow")}</p>
                </EmptyNote>
              );
            return (
              <>
                <ApprovalList approvals={waiting} />
                <WordsWaiting contents={contents} />
              </>
            );
          }}
        </Shown>
      </Card>
      <Shown query={approvals} lines={4}>
        {({ approvals: all }) => {
          const answered = all.filter((each) => each.status !== "waits");
          return answered.length > 0 ? (
            <Card title={t("work.approvalsAnswered")}>
              <ApprovalList approvals={answered} />
            </Card>
          ) : null;
        }}
      </Shown>
    </Page>
  );
}
