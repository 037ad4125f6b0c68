package ai.laconic.cache.context;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.Ids;
import ai.laconic.cache.store.Partition;
import ai.laconic.cache.store.StoreHarness;
import ai.laconic.cache.store.StoredRecord;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.storage.v1.CountRecord;
import ai.laconic.v1.Context;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.PinChange;
import ai.laconic.v1.Segment;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.Sharing;
import ai.laconic.v1.UpdateContextRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lives of contexts: created, appended to, pinned, evicted from under them, expired and deleted in
 * random order, by a process that may die at any step, against a model of what must be there. Few
 * names and windows, so that everything meets.
 */
final class RandomLives {
  private static final List<TenantId> TENANTS = List.of(new TenantId("a"), new TenantId("b"));
  private static final int CONTEXTS = 8;
  private static final int WINDOWS = 10;

  private record Name(TenantId tenant, int number) {}

  /** What must be there of a context. */
  private static final class Promise {
    final List<Integer> windows;
    final Sharing sharing;
    final Map<String, Instant> pins = new HashMap<>();
    Instant expires;

    Promise(List<Integer> windows, Sharing sharing, Instant expires) {
      this.windows = List.copyOf(windows);
      this.sharing = sharing;
      this.expires = expires;
    }

    Instant end() {
      return pins.values().stream().reduce(expires, (a, b) -> a.isAfter(b) ? a : b);
    }
  }

  private final StoreHarness harness;
  private final Random random;
  private final boolean crashes;
  private final String where;
  private final Map<Name, Promise> promises = new HashMap<>();
  // Whether they are there is unknown: the process died before it could say.
  private final Set<Name> uncertain = new HashSet<>();
  private CrashingStores process;
  private Contexts contexts;

  RandomLives(StoreHarness harness, long seed, boolean crashes) {
    this.harness = harness;
    this.random = new Random(seed);
    this.crashes = crashes;
    this.where = "seed " + seed;
    startProcess();
  }

  private void startProcess() {
    process = new CrashingStores(step -> crashes && random.nextInt(60) == 0);
    contexts =
        new Contexts(
            process.contexts(harness.contexts()),
            process.blocks(harness.blocks()),
            new Seal(List.of()),
            Quotas.NONE,
            Duration.ofDays(30),
            harness::now);
  }

  void run(int steps) throws Exception {
    for (int step = 0; step < steps; step++) {
      Name name = new Name(TENANTS.get(random.nextInt(2)), random.nextInt(CONTEXTS));
      try {
        step(name);
      } catch (CrashingStores.Crash crash) {
        uncertain.add(name);
        startProcess();
      }
      settle();
      compare();
    }
    end();
  }

  private void step(Name name) throws Exception {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> create(name);
      case 3, 4 -> append(name);
      case 5 -> remove(name);
      case 6 -> pin(name);
      case 7 -> harness.blocks().remove(List.of(Ids.id(random.nextInt(WINDOWS))));
      case 8 -> harness.elapse(Duration.ofMinutes(random.nextInt(40)));
      default -> contexts.sweeper().sweep();
    }
  }

  private void create(Name name) throws Exception {
    Sharing sharing = random.nextInt(3) == 0 ? Sharing.SHARING_PUBLIC : Sharing.SHARING_PRIVATE;
    store(name, List.of(), sharing, "");
  }

  private void append(Name name) throws Exception {
    int parent = random.nextInt(CONTEXTS);
    Promise before = promises.get(new Name(name.tenant(), parent));
    if (before != null) {
      store(name, before.windows, before.sharing, Texts.context(parent).value());
    }
  }

  private void store(Name name, List<Integer> before, Sharing sharing, String parent)
      throws Exception {
    if (promises.containsKey(name)) {
      return;
    }
    List<Integer> windows =
        random
            .ints(1 + random.nextInt(4), 0, WINDOWS)
            .map(w -> window(name, sharing, w))
            .boxed()
            .toList();
    Duration ttl = Duration.ofMinutes(1 + random.nextInt(120)).plusSeconds(30);
    harness.blocks().put(Texts.blocks(windows), Duration.ofDays(2));
    if (random.nextInt(4) == 0) {
      // Evicted while the context was on its way.
      harness.blocks().remove(List.of(Ids.id(windows.get(0))));
    }
    Context manifest =
        Texts.manifest(Texts.context(name.number()), windows, harness.now(), ttl)
            .setSharing(sharing)
            .setParentId(parent)
            .build();
    ContextUpload.Outcome outcome;
    try (ContextUpload upload = contexts.upload(name.tenant(), manifest)) {
      for (SegmentText text : Texts.segments(windows)) {
        upload.add(text);
      }
      outcome = upload.finish();
      if (outcome instanceof ContextUpload.Stored) {
        List<Integer> all = new ArrayList<>(before);
        all.addAll(windows);
        promises.put(name, new Promise(all, sharing, harness.now().plus(ttl)));
      }
    } catch (StatusRuntimeException busy) {
      // An old one of this name is expiring, or a block is being erased by one that died.
      assertThat(crashes || String.valueOf(busy.getMessage()).contains("expiring"))
          .as(where)
          .isTrue();
    }
  }

  /** Private windows differ from tenant to tenant, as their latent IDs do. */
  private static int window(Name name, Sharing sharing, int window) {
    return sharing == Sharing.SHARING_PUBLIC
        ? window
        : window + WINDOWS * (1 + TENANTS.indexOf(name.tenant()));
  }

  private void remove(Name name) throws Exception {
    Promise promise = promises.get(name);
    boolean pinned = promise != null && promise.pins.values().stream().anyMatch(this::isAhead);
    try {
      if (promise != null && !pinned) {
        // From here on nobody may rely on it.
        uncertain.add(name);
      }
      contexts.remove(name.tenant(), Texts.context(name.number()));
      assertThat(pinned).as(where).isFalse();
      uncertain.remove(name);
      promises.remove(name);
    } catch (StatusRuntimeException refused) {
      assertThat(promise == null || pinned).as(where + " " + refused).isTrue();
    }
  }

  private void pin(Name name) throws Exception {
    Promise promise = promises.get(name);
    if (promise == null) {
      return;
    }
    String owner = "owner-" + random.nextInt(2);
    PinChange.Builder pin = PinChange.newBuilder().setOwner(owner);
    Duration ttl = Duration.ofMinutes(1 + random.nextInt(200)).plusSeconds(30);
    boolean takesAway = random.nextInt(3) == 0;
    if (!takesAway) {
      pin.setTtl(Lifetimes.duration(ttl));
    }
    contexts.update(
        name.tenant(),
        UpdateContextRequest.newBuilder()
            .setContextId(Texts.context(name.number()).value())
            .setPin(pin)
            .build());
    if (takesAway) {
      promise.pins.remove(owner);
    } else {
      promise.pins.put(owner, harness.now().plus(ttl));
    }
  }

  private boolean isAhead(Instant time) {
    return time.isAfter(harness.now());
  }

  /** Lets the model learn what a process that died had done, and forget what has expired. */
  private void settle() throws Exception {
    Contexts alive =
        new Contexts(
            harness.contexts(),
            harness.blocks(),
            new Seal(List.of()),
            Quotas.NONE,
            Duration.ofDays(30),
            harness::now);
    for (Name name : uncertain) {
      try {
        Context found = alive.get(name.tenant(), Texts.context(name.number()), true, false);
        Promise promise =
            new Promise(windows(found), found.getSharing(), Lifetimes.instant(found.getExpires()));
        found
            .getPinsList()
            .forEach(pin -> promise.pins.put(pin.getOwner(), Lifetimes.instant(pin.getExpires())));
        promises.put(name, promise);
      } catch (StatusRuntimeException gone) {
        promises.remove(name);
      }
    }
    uncertain.clear();
    promises.values().removeIf(promise -> !isAhead(promise.end()));
  }

  /** Nothing promised is lost, nothing erased is readable. */
  private void compare() throws Exception {
    for (TenantId tenant : TENANTS) {
      Set<String> listed = new TreeSet<>();
      ListContextsRequest all = ListContextsRequest.newBuilder().setPageSize(1000).build();
      read().list(tenant, all).getContextsList().forEach(context -> listed.add(context.getId()));
      Set<String> expected = new TreeSet<>();
      for (Map.Entry<Name, Promise> promise : promises.entrySet()) {
        if (promise.getKey().tenant().equals(tenant)) {
          compare(promise.getKey(), promise.getValue());
          expected.add(Texts.context(promise.getKey().number()).value());
        }
      }
      assertThat(listed).as(where).isEqualTo(expected);
    }
  }

  private Contexts read() {
    return new Contexts(
        harness.contexts(),
        harness.blocks(),
        new Seal(List.of()),
        Quotas.NONE,
        Duration.ofDays(30),
        harness::now);
  }

  private void compare(Name name, Promise promise) throws Exception {
    ContextId id = Texts.context(name.number());
    assertThat(windows(read().get(name.tenant(), id, true, false)))
        .as(where)
        .isEqualTo(promise.windows);
    List<Integer> segments = new ArrayList<>();
    for (int i = promise.windows.size() - 1; i >= 0; i--) {
      segments.add(i);
    }
    List<String> texts = new ArrayList<>();
    read().texts(name.tenant(), id, segments, text -> texts.add(text.getText()));
    assertThat(texts)
        .as(where)
        .isEqualTo(
            segments.stream().map(segment -> Texts.text(promise.windows.get(segment))).toList());
  }

  private static List<Integer> windows(Context context) {
    return context.getSegmentsList().stream()
        .map(Segment::getLatent)
        .map(latent -> Integer.parseInt(latent.getLatentId().substring(50), 16))
        .toList();
  }

  /** After all has been swept, counts are exact; after all has expired, nothing is left. */
  private void end() throws Exception {
    crashFree();
    harness.elapse(ContextUpload.STAGED_FOR.plusMinutes(1));
    contexts.sweeper().sweep();
    settle();
    compare();
    compareReferences();
    harness.elapse(Duration.ofDays(1));
    contexts.sweeper().sweep();
    for (Partition partition : harness.contexts().partitions()) {
      assertThat(keys(harness.contexts(), partition)).as(where).isEmpty();
    }
  }

  private void crashFree() {
    contexts = read();
  }

  /** A block is referred to once by each extent of a living context that has it, and else gone. */
  private void compareReferences() throws Exception {
    Map<Partition, Map<String, Set<String>>> users = new HashMap<>();
    for (TenantId tenant : TENANTS) {
      Partition own = Partition.of(tenant);
      for (String key : keys(harness.contexts(), own)) {
        if (key.startsWith("extent/")) {
          String extent = key.substring("extent/".length());
          harness
              .contexts()
              .read(
                  own,
                  transaction -> {
                    var record = new Records(own, transaction).extent(extent).orElseThrow();
                    Partition domain = Eraser.domain(tenant, record.getSharing());
                    for (LatentId id : Extents.blocks(record.getSegmentsList())) {
                      users
                          .computeIfAbsent(domain, any -> new HashMap<>())
                          .computeIfAbsent(RecordKeys.references(id), any -> new HashSet<>())
                          .add(tenant + extent);
                    }
                    return true;
                  });
        }
      }
    }
    for (Partition partition : harness.contexts().partitions()) {
      Map<String, Long> counted = new HashMap<>();
      harness
          .contexts()
          .read(
              partition,
              transaction -> {
                new Records(partition, transaction)
                    .all("block/", CountRecord.parser(), 10_000)
                    .forEach((key, count) -> counted.put(key, count.getCount()));
                return true;
              });
      Map<String, Long> expected = new HashMap<>();
      users
          .getOrDefault(partition, Map.of())
          .forEach((key, extents) -> expected.put(key, (long) extents.size()));
      assertThat(counted).as(where + " in " + partition).isEqualTo(expected);
    }
  }

  static List<String> keys(ContextStore store, Partition partition) throws InterruptedException {
    return store.read(
        partition,
        transaction ->
            transaction.range("!", "~", 100_000).stream().map(StoredRecord::key).toList());
  }
}
