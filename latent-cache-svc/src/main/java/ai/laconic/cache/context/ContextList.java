package ai.laconic.cache.context;

import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.storage.v1.ContextRecord;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextFilter;
import ai.laconic.v1.ContextOrder;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A tenant's contexts in order, those that pass a filter. */
final class ContextList {
  static final int DEFAULT_PAGE = 100;

  /** Index entries looked at in one round trip. */
  private static final int BATCH = 256;

  private final TenantId tenant;
  private final Records records;
  private final Instant now;

  ContextList(TenantId tenant, Records records, Instant now) {
    this.tenant = tenant;
    this.records = records;
    this.now = now;
  }

  ListContextsResponse page(ListContextsRequest request) throws InterruptedException {
    ContextFilter filter = request.getFilter();
    boolean oldestFirst = request.getOrder() == ContextOrder.CONTEXT_ORDER_OLDEST_FIRST;
    String index = filter.hasName() ? RecordKeys.named(filter.getName()) : RecordKeys.CREATED;
    int limit = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    Optional<ListPosition> last = PageTokens.read(tenant, request);
    ListContextsResponse.Builder page = ListContextsResponse.newBuilder();
    while (true) {
      List<String> keys = next(index, filter, oldestFirst, last);
      Map<String, ContextRecord> found =
          records.readableContexts(keys.stream().map(key -> ListPosition.endOf(key).id()).toList());
      for (String key : keys) {
        ListPosition position = ListPosition.endOf(key);
        ContextRecord record = found.get(RecordKeys.context(position.id()));
        if (record == null || !passes(record.getContext(), filter)) {
          last = Optional.of(position);
          continue;
        }
        if (page.getContextsCount() == limit) {
          return page.setNextPageToken(PageTokens.write(tenant, request, last.orElseThrow()))
              .build();
        }
        page.addContexts(record.getContext());
        last = Optional.of(position);
      }
      if (keys.size() < BATCH) {
        return page.build();
      }
    }
  }

  private List<String> next(
      String index, ContextFilter filter, boolean oldestFirst, Optional<ListPosition> last)
      throws InterruptedException {
    String from = index;
    String before = RecordKeys.behind(index);
    if (filter.hasCreatedAfter()) {
      from = index + RecordKeys.millis(Lifetimes.instant(filter.getCreatedAfter()));
    }
    if (filter.hasCreatedBefore()) {
      // The entry's own millisecond may still be before the time: the filter looks closer.
      before =
          index + RecordKeys.millis(Lifetimes.instant(filter.getCreatedBefore()).plusMillis(1));
    }
    if (last.isPresent() && oldestFirst) {
      // The least key behind the last one.
      from = index + last.get() + "!";
    } else if (last.isPresent()) {
      before = index + last.get();
    }
    return records.keys(from, before, BATCH, !oldestFirst);
  }

  private boolean passes(Context context, ContextFilter filter) {
    Instant created = Lifetimes.instant(context.getCreated());
    return !Lifetimes.isOver(context, now)
        && (!filter.hasName() || context.getName().equals(filter.getName()))
        && (!filter.hasCreatedAfter()
            || created.isAfter(Lifetimes.instant(filter.getCreatedAfter())))
        && (!filter.hasCreatedBefore()
            || created.isBefore(Lifetimes.instant(filter.getCreatedBefore())))
        && context.getLabelsMap().entrySet().containsAll(filter.getLabelsMap().entrySet());
  }
}
