package ai.laconic.cache.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cache.seal.KeyChecks;
import ai.laconic.cache.seal.MasterKey;
import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.store.Ids;
import ai.laconic.cache.store.Partition;
import ai.laconic.cache.store.StoreHarness;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextFilter;
import ai.laconic.v1.ContextOrder;
import ai.laconic.v1.Expiration;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.PinChange;
import ai.laconic.v1.Segment;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.Sharing;
import ai.laconic.v1.UpdateContextRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What contexts do, whatever stores they lie in. */
public abstract class ContextsContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Duration DAY = Duration.ofDays(1);

  private StoreHarness harness;
  private Contexts contexts;

  /** Returns stores that are empty, with room for at least 64 MiB. */
  protected abstract StoreHarness open() throws Exception;

  /** Returns how many random lives are tried: each takes a thousand steps or so. */
  protected int lives() {
    return 20;
  }

  @BeforeEach
  void begin() throws Exception {
    harness = open();
    contexts = contexts(Quotas.NONE);
  }

  @AfterEach
  void end() throws Exception {
    harness.close();
  }

  private Contexts contexts(Quotas quotas) {
    return contexts(quotas, List.of());
  }

  private Contexts contexts(Quotas quotas, List<MasterKey> keys) {
    return new Contexts(
        harness.contexts(),
        harness.blocks(),
        new Seal(keys),
        quotas,
        Duration.ofDays(30),
        harness::now);
  }

  @Test
  void storesAContextAsAWhole() throws Exception {
    Context stored = create(1, 10, 11, 10);

    Context found = contexts.get(ACME, Texts.context(1), true, false);
    assertThat(found).isEqualTo(stored);
    assertThat(found.getSegmentsList())
        .extracting(segment -> segment.getLatent().getLatentId())
        .containsExactly(Ids.id(10).hex(), Ids.id(11).hex(), Ids.id(10).hex());
    assertThat(found.getBlockBytes()).as("each block once").isEqualTo(2L * Texts.BLOCK_BYTES);
    assertThat(found.getRevision()).isEqualTo(1);
    assertThat(texts(1, 2, 0, 1)).containsExactly(Texts.text(10), Texts.text(10), Texts.text(11));
    assertThat(contexts.get(ACME, Texts.context(1), false, false).getSegmentsList()).isEmpty();
  }

  @Test
  void anotherTenantFindsNothing() throws Exception {
    create(1, 10);

    assertNotFound(() -> contexts.get(OTHER, Texts.context(1), true, true));
    assertNotFound(() -> contexts.remove(OTHER, Texts.context(1)));
    assertNotFound(() -> contexts.texts(OTHER, Texts.context(1), List.of(0), text -> {}));
    assertThat(contexts.list(OTHER, ListContextsRequest.getDefaultInstance()).getContextsList())
        .isEmpty();
  }

  @Test
  void namesBlocksThatAreMissingAndStoresNothing() throws Exception {
    harness.blocks().put(Texts.blocks(List.of(10)), DAY);

    ContextUpload.Outcome outcome = upload(ACME, manifest(1, 10, 11), List.of(10, 11));

    assertThat(outcome).isEqualTo(new ContextUpload.Missing(List.of(Ids.id(11))));
    assertNotFound(() -> contexts.get(ACME, Texts.context(1), true, false));
    assertNothingLeft(ACME);

    harness.blocks().put(Texts.blocks(List.of(10, 11)), DAY);
    assertThat(upload(ACME, manifest(1, 10, 11), List.of(10, 11)))
        .isInstanceOf(ContextUpload.Stored.class);
  }

  @Test
  void theSameContextIsStoredOnce() throws Exception {
    Context.Builder manifest = manifest(1, 10, 11);
    harness.blocks().put(Texts.blocks(List.of(10, 11, 12)), DAY);
    ContextUpload.Outcome first = upload(ACME, manifest, List.of(10, 11));

    assertThat(upload(ACME, manifest, List.of(10, 11))).isEqualTo(first);
    assertStatus(
        Status.Code.FAILED_PRECONDITION, () -> upload(ACME, manifest(1, 10, 12), List.of(10, 12)));
    contexts.remove(ACME, Texts.context(1));
    assertNothingLeft(ACME);
  }

  @Test
  void refusesTextsThatAreNotThoseOfTheManifest() throws Exception {
    harness.blocks().put(Texts.blocks(List.of(10, 11)), DAY);
    Context.Builder manifest = manifest(1, 10, 11);

    assertStatus(
        Status.Code.INVALID_ARGUMENT, () -> uploadTexts(manifest, text(0, Texts.text(10))));
    assertStatus(Status.Code.INVALID_ARGUMENT, () -> uploadTexts(manifest, text(0, "other")));
    assertStatus(Status.Code.INVALID_ARGUMENT, () -> uploadTexts(manifest, text(2, "x")));
    assertStatus(Status.Code.INVALID_ARGUMENT, () -> uploadTexts(manifest, text(-1, "x")));
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        () -> uploadTexts(manifest, text(0, Texts.text(10)), text(0, Texts.text(10))));
    assertNothingLeft(ACME);
  }

  @Test
  void appendingSharesEverything() throws Exception {
    create(1, 10, 11);
    Context grown = append(2, 1, 12);
    Context forked = append(3, 1, 13, 10);

    assertThat(blocksOf(grown)).containsExactly(10, 11, 12);
    assertThat(grown.getTokens()).isEqualTo(24);
    assertThat(grown.getSegmentCount()).isEqualTo(3);
    assertThat(grown.getParentId()).isEqualTo(Texts.context(1).value());
    assertThat(blocksOf(forked)).containsExactly(10, 11, 13, 10);
    assertThat(texts(2, 2, 0)).containsExactly(Texts.text(12), Texts.text(10));

    contexts.remove(ACME, Texts.context(1));

    assertNotFound(() -> contexts.get(ACME, Texts.context(1), true, false));
    assertThat(texts(3, 3, 2, 1)).containsExactly(Texts.text(10), Texts.text(13), Texts.text(11));
    assertThat(present(10, 11, 12, 13)).containsExactly(10, 11, 12, 13);

    contexts.remove(ACME, Texts.context(3));
    assertThat(present(10, 11, 12, 13)).containsExactly(10, 11, 12);
    contexts.remove(ACME, Texts.context(2));
    assertThat(present(10, 11, 12, 13)).isEmpty();
    assertNothingLeft(ACME);
  }

  @Test
  void appendsOnlyToWhatIsThereAndFits() throws Exception {
    harness.blocks().put(Texts.blocks(List.of(12)), DAY);
    create(1, 10);

    assertNotFound(
        () -> upload(ACME, manifest(2, 12).setParentId(Texts.context(9).value()), List.of(12)));
    assertStatus(
        Status.Code.FAILED_PRECONDITION,
        () ->
            upload(
                ACME,
                manifest(2, 12).setParentId(Texts.context(1).value()).setRatio(8),
                List.of(12)));
  }

  @Test
  void erasesWhatNothingElseUses() throws Exception {
    create(1, 10, 11);
    create(2, 11, 12);

    contexts.remove(ACME, Texts.context(1));

    assertThat(present(10, 11, 12)).containsExactly(11, 12);
    assertNotFound(() -> contexts.remove(ACME, Texts.context(1)));
  }

  @Test
  void publicBlocksStayWhileAnyTenantUsesThem() throws Exception {
    harness.blocks().put(Texts.blocks(List.of(10)), DAY);
    Context.Builder manifest = manifest(1, 10).setSharing(Sharing.SHARING_PUBLIC);
    upload(ACME, manifest, List.of(10));
    upload(OTHER, manifest, List.of(10));

    contexts.remove(ACME, Texts.context(1));
    assertThat(present(10)).containsExactly(10);
    contexts.remove(OTHER, Texts.context(1));
    assertThat(present(10)).isEmpty();
    assertNothingLeft(ACME);
    assertNothingLeft(OTHER);
  }

  @Test
  void aQuotaIsExactAndIsGivenBack() throws Exception {
    long bytes = Manifest.of(manifest(1, 10, 11).build()).chargedBytes();
    contexts = contexts(new Quotas(bytes * 2 + 50, Map.of(OTHER, bytes - 1)));
    create(1, 10, 11);
    create(2, 10, 11);

    harness.blocks().put(Texts.blocks(List.of(10, 11)), DAY);
    assertStatus(
        Status.Code.RESOURCE_EXHAUSTED, () -> upload(ACME, manifest(3, 10, 11), List.of(10, 11)));
    assertStatus(
        Status.Code.RESOURCE_EXHAUSTED, () -> upload(OTHER, manifest(1, 10, 11), List.of(10, 11)));
    contexts.remove(ACME, Texts.context(1));
    create(3, 10, 11);
    contexts.remove(ACME, Texts.context(2));
    contexts.remove(ACME, Texts.context(3));
    assertNothingLeft(ACME);
  }

  @Test
  void aReservationKeepsRoomUntilItIsUsedGivenBackOrOver() throws Exception {
    long bytes = Manifest.of(manifest(1, 10, 11).build()).chargedBytes();
    contexts = contexts(new Quotas(bytes + 50, Map.of()));
    assertThat(contexts.reserve(ACME, Texts.context(1), bytes).getQuotaBytes())
        .isEqualTo(bytes + 50);
    harness.blocks().put(Texts.blocks(List.of(10, 11)), DAY);

    assertStatus(
        Status.Code.RESOURCE_EXHAUSTED, () -> contexts.reserve(ACME, Texts.context(2), bytes));
    assertStatus(
        Status.Code.RESOURCE_EXHAUSTED, () -> upload(ACME, manifest(2, 10, 11), List.of(10, 11)));
    contexts.reserve(ACME, Texts.context(1), 0);
    contexts.reserve(ACME, Texts.context(2), bytes);
    harness.elapse(Reservations.HOLD_FOR.plusSeconds(1));
    harness.blocks().put(Texts.blocks(List.of(10, 11)), DAY);
    assertThat(upload(ACME, manifest(1, 10, 11), List.of(10, 11)))
        .isInstanceOf(ContextUpload.Stored.class);
    assertThat(contexts.reserve(ACME, Texts.context(1), 0).getUsedBytes()).isEqualTo(bytes);
  }

  @Test
  void whatHasExpiredIsErased() throws Exception {
    create(1, 10);
    harness.elapse(DAY.minusMinutes(1));
    assertThat(contexts.get(ACME, Texts.context(1), true, true).getSegmentCount()).isEqualTo(1);
    harness.elapse(Duration.ofMinutes(2));

    assertNotFound(() -> contexts.get(ACME, Texts.context(1), true, true));
    assertThat(list(ListContextsRequest.getDefaultInstance())).isEmpty();
    harness.blocks().put(Texts.blocks(List.of(10)), DAY);
    contexts.sweeper().sweep();
    assertThat(present(10)).isEmpty();
    assertNothingLeft(ACME);
  }

  @Test
  void slidingContextsLiveWhileTheyAreUsed() throws Exception {
    harness.blocks().put(Texts.blocks(List.of(10)), DAY.multipliedBy(9));
    upload(ACME, manifest(1, 10).setExpiration(Expiration.EXPIRATION_SLIDING), List.of(10));

    for (int i = 0; i < 4; i++) {
      harness.elapse(Duration.ofHours(20));
      assertThat(contexts.get(ACME, Texts.context(1), false, true).getExpires())
          .isEqualTo(Lifetimes.timestamp(harness.now().plus(DAY)));
      contexts.sweeper().sweep();
    }
    harness.elapse(Duration.ofHours(20));
    contexts.get(ACME, Texts.context(1), false, false);
    harness.elapse(Duration.ofHours(5));
    contexts.sweeper().sweep();
    assertNotFound(() -> contexts.get(ACME, Texts.context(1), false, true));
  }

  @Test
  void pinsAreLeases() throws Exception {
    create(1, 10);
    pin(1, "report", Duration.ofDays(3));
    pin(1, "audit", Duration.ofDays(2));

    assertStatus(Status.Code.FAILED_PRECONDITION, () -> contexts.remove(ACME, Texts.context(1)));
    harness.elapse(Duration.ofDays(2).plusMinutes(1));
    contexts.sweeper().sweep();
    assertThat(contexts.get(ACME, Texts.context(1), true, false).getSegmentCount()).isEqualTo(1);

    Context unpinned =
        contexts.update(
            ACME,
            UpdateContextRequest.newBuilder()
                .setContextId(Texts.context(1).value())
                .setTtl(Lifetimes.duration(DAY))
                .setPin(PinChange.newBuilder().setOwner("report"))
                .build());
    assertThat(unpinned.getPinsList()).isEmpty();
    contexts.remove(ACME, Texts.context(1));
    assertNothingLeft(ACME);
  }

  @Test
  void aPinThatEndsLetsAnExpiredContextGo() throws Exception {
    create(1, 10);
    pin(1, "report", Duration.ofDays(3));
    harness.elapse(Duration.ofDays(3).plusMinutes(1));

    assertNotFound(() -> contexts.get(ACME, Texts.context(1), true, false));
    contexts.sweeper().sweep();
    assertNothingLeft(ACME);
  }

  @Test
  void listsInOrderByFilterAndInPages() throws Exception {
    for (int i = 1; i <= 7; i++) {
      harness.blocks().put(Texts.blocks(List.of(10)), DAY);
      upload(
          ACME,
          manifest(i, 10).setName(i % 2 == 0 ? "even" : "odd/ö").putLabels("n", "" + i % 3),
          List.of(10));
      harness.elapse(Duration.ofMinutes(1));
    }
    ListContextsRequest all = ListContextsRequest.newBuilder().setPageSize(3).build();

    assertThat(list(all)).containsExactly(7, 6, 5, 4, 3, 2, 1);
    assertThat(list(all.toBuilder().setOrder(ContextOrder.CONTEXT_ORDER_OLDEST_FIRST).build()))
        .containsExactly(1, 2, 3, 4, 5, 6, 7);
    assertThat(list(filter(ContextFilter.newBuilder().setName("odd/ö"))))
        .containsExactly(7, 5, 3, 1);
    assertThat(list(filter(ContextFilter.newBuilder().setName("odd")))).isEmpty();
    assertThat(list(filter(ContextFilter.newBuilder().putLabels("n", "1"))))
        .containsExactly(7, 4, 1);
    assertThat(list(filter(ContextFilter.newBuilder().setName("even").putLabels("n", "0"))))
        .containsExactly(6);
    assertThat(
            list(
                filter(
                    ContextFilter.newBuilder()
                        .setCreatedAfter(
                            contexts.get(ACME, Texts.context(2), false, false).getCreated())
                        .setCreatedBefore(
                            contexts.get(ACME, Texts.context(5), false, false).getCreated()))))
        .containsExactly(4, 3);
    update(5, "even");
    assertThat(list(filter(ContextFilter.newBuilder().setName("even"))))
        .as("renamed")
        .containsExactly(6, 5, 4, 2);
  }

  @Test
  void aPageTokenIsForItsTenantFilterAndOrder() throws Exception {
    create(1, 10);
    create(2, 10);
    ListContextsRequest first = ListContextsRequest.newBuilder().setPageSize(1).build();
    String token = contexts.list(ACME, first).getNextPageToken();

    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        () -> contexts.list(OTHER, first.toBuilder().setPageToken(token).build()));
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        () ->
            contexts.list(
                ACME,
                first.toBuilder()
                    .setPageToken(token)
                    .setFilter(ContextFilter.newBuilder().setName("x"))
                    .build()));
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        () -> contexts.list(ACME, first.toBuilder().setPageToken("AAAA").build()));
  }

  @Test
  void aDamagedRecordIsNeverAnAnswer() throws Exception {
    create(1, 10, 11);
    Partition partition = Partition.of(ACME);
    Random random = new Random(3);
    for (String key : RandomLives.keys(harness.contexts(), partition)) {
      byte[] whole = raw(partition, key);
      if (!key.startsWith("context/") && !key.startsWith("extent/")) {
        continue;
      }
      for (int i = 0; i < 50; i++) {
        byte[] damaged = whole.clone();
        int bit = random.nextInt(damaged.length * 8);
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        overwrite(partition, key, damaged);
        assertStatus(
            Status.Code.DATA_LOSS, () -> contexts.get(ACME, Texts.context(1), true, false));
      }
      overwrite(partition, key, whole);
    }
    assertThat(texts(1, 0, 1)).containsExactly(Texts.text(10), Texts.text(11));
  }

  @Test
  void aDamagedContextStandsInNobodysWay() throws Exception {
    for (String kind : List.of("context/", "extent/")) {
      create(1, 10);
      create(2, 11);
      append(3, 1, 12);
      Partition partition = Partition.of(ACME);
      String key =
          kind.equals("context/")
              ? kind + Texts.context(1)
              : "extent/" + extentOf(Texts.context(1));
      overwrite(partition, key, new byte[30]);

      assertThat(contexts.list(ACME, ListContextsRequest.getDefaultInstance()).getContextsList())
          .extracting(Context::getId)
          .contains(Texts.context(2).value(), Texts.context(3).value());
      contexts.remove(ACME, Texts.context(1));
      contexts.remove(ACME, Texts.context(3));
      assertNotFound(() -> contexts.get(ACME, Texts.context(1), false, false));
      assertThat(texts(2, 0)).containsExactly(Texts.text(11));
      contexts.remove(ACME, Texts.context(2));
      assertThat(RandomLives.keys(harness.contexts(), partition))
          .filteredOn(left -> !left.startsWith("block/") && !left.equals("usage"))
          .isEmpty();
    }
  }

  @Test
  void aDamagedContextIsSweptWithTheOthers() throws Exception {
    create(1, 10);
    create(2, 11);
    Partition partition = Partition.of(ACME);
    overwrite(partition, "context/" + Texts.context(1), new byte[30]);
    harness.elapse(Duration.ofDays(40));
    contexts.sweeper().sweep();

    assertNothingLeft(ACME);
  }

  private String extentOf(ContextId id) throws Exception {
    return RandomLives.keys(harness.contexts(), Partition.of(ACME)).stream()
        .filter(key -> key.startsWith("user/") && key.endsWith("/" + id))
        .map(key -> key.split("/")[1])
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aContextHasAtMost64Pins() throws Exception {
    create(1, 10);
    for (int owner = 0; owner < 64; owner++) {
      pin(1, "owner-" + owner, DAY);
    }
    pin(1, "owner-7", DAY);
    assertStatus(Status.Code.RESOURCE_EXHAUSTED, () -> pin(1, "owner-64", DAY));
  }

  @Test
  void aRecordInThePlaceOfAnotherIsNeverAnAnswer() throws Exception {
    create(1, 10);
    create(2, 11);
    Partition partition = Partition.of(ACME);
    overwrite(
        partition, "context/" + Texts.context(1), raw(partition, "context/" + Texts.context(2)));

    assertStatus(Status.Code.DATA_LOSS, () -> contexts.get(ACME, Texts.context(1), true, false));
    assertThat(contexts.get(ACME, Texts.context(2), true, false).getSegmentCount()).isEqualTo(1);
  }

  @Test
  void aDamagedTextIsNeverAnAnswer() throws Exception {
    create(1, 10, 11);
    Partition partition = Partition.of(ACME);
    String extent =
        RandomLives.keys(harness.contexts(), partition).stream()
            .filter(key -> key.startsWith("extent/"))
            .map(key -> key.substring("extent/".length()))
            .findFirst()
            .orElseThrow();
    List<byte[]> stored = new ArrayList<>();
    harness
        .contexts()
        .readTexts(
            partition,
            extent,
            List.of(0, 1),
            (number, text) -> stored.add(Objects.requireNonNull(text).clone()));
    for (int bit = 0; bit < stored.get(0).length * 8; bit++) {
      byte[] damaged = stored.get(0).clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      harness.contexts().putTexts(partition, extent, Map.of(0, damaged));
      assertStatus(Status.Code.DATA_LOSS, () -> texts(1, 0));
    }
    harness.contexts().putTexts(partition, extent, Map.of(0, stored.get(1), 1, stored.get(0)));
    assertStatus(Status.Code.DATA_LOSS, () -> texts(1, 0));
    assertStatus(Status.Code.DATA_LOSS, () -> texts(1, 1));

    harness.contexts().putTexts(partition, extent, Map.of(0, stored.get(0), 1, stored.get(1)));
    assertThat(texts(1, 0, 1)).containsExactly(Texts.text(10), Texts.text(11));
  }

  @Test
  void aTextWhoseKeyIsMissingIsNotDamaged() throws Exception {
    MasterKey key = new MasterKey(7, Ids.bytes(7, 32));
    contexts = contexts(Quotas.NONE, List.of(key));
    create(1, 10);

    contexts = contexts(Quotas.NONE);
    assertThatThrownBy(() -> texts(1, 0))
        .hasMessage(
            "FAILED_PRECONDITION: text of segment 0 of %s: encrypted with key 7 (expected: a key"
                + " that is configured in laconic.cache.encryption.keys)",
            Texts.context(1));
    contexts = contexts(Quotas.NONE, List.of(new MasterKey(8, Ids.bytes(8, 32)), key));
    assertThat(texts(1, 0)).containsExactly(Texts.text(10));
  }

  @Test
  void aKeyIsTheOneThatItsIdHadBefore() throws Exception {
    MasterKey first = new MasterKey(1, Ids.bytes(1, 32));
    MasterKey second = new MasterKey(2, Ids.bytes(2, 32));
    KeyChecks.check(harness.contexts(), List.of(first));
    KeyChecks.check(harness.contexts(), List.of(second, first));
    KeyChecks.check(harness.contexts(), List.of());

    assertThatThrownBy(
            () ->
                KeyChecks.check(
                    harness.contexts(), List.of(first, new MasterKey(2, Ids.bytes(9, 32)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "laconic.cache.encryption.keys: secret of key 2: not the one that this ID had before"
                + " (expected: that one, or an ID that no key had)");
    KeyChecks.check(harness.contexts(), List.of(second));
  }

  @Test
  void aDamagedCheckOfAKeyIsWrittenAnew() throws Exception {
    MasterKey key = new MasterKey(1, Ids.bytes(1, 32));
    KeyChecks.check(harness.contexts(), List.of(key));
    overwrite(Partition.INSTALLATION, "key/1", new byte[30]);

    KeyChecks.check(harness.contexts(), List.of(key));
    assertThatThrownBy(
            () -> KeyChecks.check(harness.contexts(), List.of(new MasterKey(1, Ids.bytes(2, 32)))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private byte[] raw(Partition partition, String key) throws Exception {
    return harness
        .contexts()
        .read(partition, transaction -> transaction.get(key).orElseThrow().clone());
  }

  private void overwrite(Partition partition, String key, byte[] value) throws Exception {
    harness
        .contexts()
        .transact(
            partition,
            transaction -> {
              transaction.put(key, value);
              return true;
            });
  }

  @Test
  void anUploadThatDiedIsErased() throws Exception {
    harness.blocks().put(Texts.blocks(List.of(10)), DAY);
    ContextUpload upload = contexts.upload(ACME, manifest(1, 10).build());
    upload.add(text(0, Texts.text(10)));

    contexts.sweeper().sweep();
    harness.elapse(ContextUpload.STAGED_FOR.plusSeconds(1));
    contexts.sweeper().sweep();

    assertNothingLeft(ACME);
    assertStatus(Status.Code.UNAVAILABLE, upload::finish);
    upload.close();
    assertNothingLeft(ACME);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void randomLivesKeepWhatIsPromisedAndNothingElse(boolean crashes) throws Exception {
    for (int seed = 1; seed <= lives(); seed++) {
      if (seed > 1) {
        harness.close();
        harness = open();
      }
      new RandomLives(harness, seed, crashes).run(150);
    }
  }

  private Context create(int number, Integer... windows) throws Exception {
    harness.blocks().put(Texts.blocks(List.of(windows)), DAY);
    return ((ContextUpload.Stored) upload(ACME, manifest(number, windows), List.of(windows)))
        .context();
  }

  private Context append(int number, int parent, Integer... windows) throws Exception {
    harness.blocks().put(Texts.blocks(List.of(windows)), DAY);
    return ((ContextUpload.Stored)
            upload(
                ACME,
                manifest(number, windows).setParentId(Texts.context(parent).value()),
                List.of(windows)))
        .context();
  }

  private Context.Builder manifest(int number, Integer... windows) {
    return Texts.manifest(Texts.context(number), List.of(windows), harness.now(), DAY);
  }

  private ContextUpload.Outcome upload(
      TenantId tenant, Context.Builder manifest, List<Integer> windows) throws Exception {
    try (ContextUpload upload = contexts.upload(tenant, manifest.build())) {
      for (SegmentText text : Texts.segments(windows)) {
        upload.add(text);
      }
      return upload.finish();
    }
  }

  private void uploadTexts(Context.Builder manifest, SegmentText... texts) throws Exception {
    try (ContextUpload upload = contexts.upload(ACME, manifest.build())) {
      for (SegmentText text : texts) {
        upload.add(text);
      }
      upload.finish();
    }
  }

  private void pin(int number, String owner, Duration ttl) throws Exception {
    contexts.update(
        ACME,
        UpdateContextRequest.newBuilder()
            .setContextId(Texts.context(number).value())
            .setPin(PinChange.newBuilder().setOwner(owner).setTtl(Lifetimes.duration(ttl)))
            .build());
  }

  private void update(int number, String name) throws Exception {
    contexts.update(
        ACME,
        UpdateContextRequest.newBuilder()
            .setContextId(Texts.context(number).value())
            .setName(name)
            .build());
  }

  private static SegmentText text(int index, String text) {
    return SegmentText.newBuilder().setIndex(index).setText(text).build();
  }

  private List<String> texts(int number, Integer... segments) throws Exception {
    List<String> texts = new ArrayList<>();
    contexts.texts(
        ACME, Texts.context(number), List.of(segments), text -> texts.add(text.getText()));
    return texts;
  }

  private List<Integer> present(Integer... windows) throws Exception {
    List<LatentId> missing =
        harness
            .blocks()
            .findMissing(List.of(windows).stream().map(Ids::id).toList(), Duration.ZERO);
    return List.of(windows).stream().filter(window -> !missing.contains(Ids.id(window))).toList();
  }

  private static List<Integer> blocksOf(Context context) {
    return context.getSegmentsList().stream()
        .map(Segment::getLatent)
        .map(latent -> Integer.parseInt(latent.getLatentId().substring(50), 16))
        .toList();
  }

  private static ListContextsRequest filter(ContextFilter.Builder filter) {
    return ListContextsRequest.newBuilder().setPageSize(2).setFilter(filter).build();
  }

  /** Returns the numbers of the contexts on all pages. */
  private List<Integer> list(ListContextsRequest request) throws Exception {
    List<Integer> numbers = new ArrayList<>();
    String token = "";
    do {
      ListContextsResponse page =
          contexts.list(ACME, request.toBuilder().setPageToken(token).build());
      page.getContextsList()
          .forEach(
              context -> {
                assertThat(context.getSegmentsList()).isEmpty();
                numbers.add(Integer.parseInt(context.getId().substring(20), 16));
              });
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return numbers;
  }

  /** Every record of a tenant is gone: contexts, extents, indexes, counts, usage. */
  private void assertNothingLeft(TenantId tenant) throws Exception {
    for (Partition partition : List.of(Partition.of(tenant), Partition.PUBLIC)) {
      assertThat(RandomLives.keys(harness.contexts(), partition)).isEmpty();
    }
  }

  private static void assertNotFound(ThrowingCallable call) {
    assertStatus(Status.Code.NOT_FOUND, call);
  }

  private static void assertStatus(Status.Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            thrown -> assertThat(thrown.getStatus().getCode()).isEqualTo(code));
  }
}
