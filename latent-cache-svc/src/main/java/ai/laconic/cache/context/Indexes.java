package ai.laconic.cache.context;

import ai.laconic.v1.Context;
import java.time.Instant;
import java.util.List;

/** By what contexts are found: creation, name and end. */
final class Indexes {
  private Indexes() {}

  static void add(Records records, Context context) {
    ContextId id = new ContextId(context.getId());
    Instant created = Lifetimes.instant(context.getCreated());
    records.mark(RecordKeys.created(created, id));
    records.mark(RecordKeys.named(context.getName(), created, id));
    records.mark(RecordKeys.expires(Lifetimes.end(context), id));
  }

  static void remove(Records records, Context context) {
    ContextId id = new ContextId(context.getId());
    Instant created = Lifetimes.instant(context.getCreated());
    records.remove(RecordKeys.created(created, id));
    records.remove(RecordKeys.named(context.getName(), created, id));
    records.remove(RecordKeys.expires(Lifetimes.end(context), id));
  }

  /** Removes all entries of a context whose creation, name and end nobody knows. */
  static void removeAll(Records records, ContextId id) throws InterruptedException {
    for (String index : List.of(RecordKeys.CREATED, RecordKeys.NAMED, RecordKeys.EXPIRES)) {
      records.keys(index, RecordKeys.behind(index), Records.ALL, false).stream()
          .filter(key -> key.endsWith("/" + id))
          .forEach(records::remove);
    }
  }
}
