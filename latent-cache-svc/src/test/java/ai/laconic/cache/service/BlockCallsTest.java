package ai.laconic.cache.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cache.context.Quotas;
import ai.laconic.cache.memory.HeapHarness;
import ai.laconic.cache.seal.MasterKey;
import ai.laconic.cache.store.Ids;
import ai.laconic.cache.store.StoredBlock;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.ClaimMissingRequest;
import ai.laconic.v1.ClaimMissingResponse;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetBlocksResponse;
import ai.laconic.v1.MissingReason;
import ai.laconic.v1.PutBlocksRequest;
import ai.laconic.v1.PutBlocksResponse;
import ai.laconic.v1.Sharing;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlockCallsTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final ModelFingerprint MODEL = new ModelFingerprint("ab".repeat(32));
  private static final Duration HOUR = Duration.newBuilder().setSeconds(3600).build();
  private static final java.time.Duration LONG = java.time.Duration.ofHours(1);

  private CacheServer server;

  @BeforeEach
  void start() throws Exception {
    server = server();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static CacheServer server(MasterKey... keys) throws Exception {
    return new CacheServer(new HeapHarness(), Quotas.NONE, List.of(keys));
  }

  private static LatentBlock block(int number, int rows) {
    float[] values = new float[rows * 4];
    Arrays.fill(values, number);
    return LatentBlock.ofEmbeddings(Ids.id(number), MODEL, BlockType.FP16, rows, 4, values);
  }

  /** Returns the messages that carry a block, in pieces. */
  private static List<PutBlocksRequest> pieces(
      LatentId id, byte[] bytes, int pieceBytes, Sharing sharing) {
    List<PutBlocksRequest> requests = new ArrayList<>();
    for (int from = 0; from < bytes.length; from += pieceBytes) {
      BlockPiece.Builder piece =
          BlockPiece.newBuilder()
              .setData(ByteString.copyFrom(bytes, from, Math.min(pieceBytes, bytes.length - from)));
      PutBlocksRequest.Builder request = PutBlocksRequest.newBuilder();
      if (from == 0) {
        piece.setLatentId(id.hex()).setBlockBytes(bytes.length);
        request.setTtl(HOUR).setTokens(8).setSharing(sharing);
      }
      requests.add(request.setPiece(piece).build());
    }
    return requests;
  }

  private int put(TenantId tenant, List<PutBlocksRequest> requests) throws Throwable {
    return CacheServer.<PutBlocksRequest, PutBlocksResponse>send(
            (stub, answer) -> stub.putBlocks(answer), server.async(tenant), requests)
        .getStored();
  }

  private int put(LatentBlock block) throws Throwable {
    return put(ACME, pieces(block.id(), block.encoded(), 1000, Sharing.SHARING_PRIVATE));
  }

  /** Puts bytes where a block should be, past the service. */
  private void plant(LatentId id, byte[] bytes) throws Exception {
    server.stores.blocks().put(Map.of(id, new StoredBlock(bytes, 1)), LONG);
  }

  private byte[] stored(LatentId id) throws Exception {
    List<byte[]> found = new ArrayList<>();
    server
        .stores
        .blocks()
        .read(
            List.of(id),
            (same, bytes) -> found.add(java.util.Objects.requireNonNull(bytes).clone()));
    return found.get(0);
  }

  /** Returns what comes: a block's bytes, or the reason why it doesn't. */
  private List<Object> get(TenantId tenant, List<LatentId> ids, List<LatentId> held) {
    List<Object> found = new ArrayList<>();
    ByteString bytes = ByteString.EMPTY;
    int expected = 0;
    GetBlocksRequest.Builder request = GetBlocksRequest.newBuilder();
    ids.forEach(id -> request.addLatentIds(id.hex()));
    held.forEach(id -> request.addHeldIds(id.hex()));
    for (var events = server.blocking(tenant).getBlocks(request.build()); events.hasNext(); ) {
      GetBlocksResponse event = events.next();
      if (event.hasMissing()) {
        found.add(event.getMissing().getReason());
        continue;
      }
      if (expected == 0) {
        expected = event.getPiece().getBlockBytes();
      }
      bytes = bytes.concat(event.getPiece().getData());
      if (bytes.size() == expected) {
        found.add(bytes);
        bytes = ByteString.EMPTY;
        expected = 0;
      }
    }
    return found;
  }

  private List<Object> get(LatentId... ids) {
    return get(ACME, List.of(ids), List.of());
  }

  private static ByteString bytes(LatentBlock block) {
    return ByteString.copyFrom(block.encoded());
  }

  @Test
  void blocksTravelInPiecesAndComeBackInTheOrderAskedFor() throws Throwable {
    LatentBlock small = block(1, 1);
    LatentBlock large = block(2, 400_000);
    assertThat(put(small)).isEqualTo(1);
    assertThat(put(ACME, pieces(large.id(), large.encoded(), 1 << 20, Sharing.SHARING_PRIVATE)))
        .isEqualTo(1);

    assertThat(get(large.id(), Ids.id(9), small.id()))
        .containsExactly(bytes(large), MissingReason.MISSING_REASON_ABSENT, bytes(small));
  }

  @Test
  void whoHasABlockHearsOnlyThatItIsGone() throws Throwable {
    put(block(1, 1));
    put(block(2, 1));

    assertThat(get(ACME, List.of(Ids.id(2)), List.of(Ids.id(1), Ids.id(9))))
        .containsExactly(MissingReason.MISSING_REASON_ABSENT, bytes(block(2, 1)));
  }

  @Test
  void refusesWhatIsNoBlockOrAnothers() throws Throwable {
    byte[] whole = block(1, 2).encoded();
    for (int bit = 0; bit < whole.length * 8; bit += 37) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> put(ACME, pieces(Ids.id(1), flipped, 1000, Sharing.SHARING_PRIVATE)))
          .hasMessageStartingWith("DATA_LOSS: latent block " + Ids.id(1));
    }
    assertThatThrownBy(() -> put(ACME, pieces(Ids.id(2), whole, 1000, Sharing.SHARING_PRIVATE)))
        .hasMessageContaining("it is the block " + Ids.id(1));
    assertThat(get(Ids.id(1), Ids.id(2))).containsOnly(MissingReason.MISSING_REASON_ABSENT);
  }

  @Test
  void refusesPiecesThatDoNotMakeABlock() {
    byte[] whole = block(1, 2).encoded();
    List<PutBlocksRequest> pieces = pieces(Ids.id(1), whole, 50, Sharing.SHARING_PRIVATE);

    assertThatThrownBy(() -> put(ACME, pieces.subList(0, 1)))
        .hasMessageStartingWith("INVALID_ARGUMENT: piece: 50 bytes of a block");
    assertThatThrownBy(() -> put(ACME, pieces.subList(1, 2)))
        .hasMessageStartingWith("INVALID_ARGUMENT: piece.latent_id: missing");
    assertThatThrownBy(() -> put(ACME, List.of(pieces.get(0), pieces.get(0))))
        .hasMessageStartingWith("INVALID_ARGUMENT: piece.latent_id: " + Ids.id(1));
    assertThatThrownBy(
            () ->
                put(
                    ACME,
                    List.of(
                        pieces.get(0).toBuilder()
                            .setPiece(
                                pieces.get(0).getPiece().toBuilder()
                                    .setBlockBytes(CacheServer.MAX_BLOCK_BYTES + 1))
                            .build())))
        .hasMessageContaining("expected: 1 to " + CacheServer.MAX_BLOCK_BYTES);
    assertThatThrownBy(() -> put(ACME, List.of(pieces.get(0).toBuilder().clearTtl().build())))
        .hasMessageStartingWith("INVALID_ARGUMENT: ttl: missing");
  }

  @Test
  void refusesPiecesWithoutBytesOrWithTooMany() {
    PutBlocksRequest first =
        pieces(Ids.id(1), block(1, 2).encoded(), 50, Sharing.SHARING_PRIVATE).get(0);

    for (int bytes : new int[] {0, (4 << 20) + 1}) {
      PutBlocksRequest.Builder request = first.toBuilder();
      request
          .getPieceBuilder()
          .setBlockBytes(8 << 20)
          .setData(ByteString.copyFrom(new byte[bytes]));
      assertThatThrownBy(() -> put(ACME, List.of(request.build())))
          .hasMessageStartingWith("INVALID_ARGUMENT: piece.data: " + bytes + " bytes");
    }
  }

  @Test
  void refusesWhatIsNoId() {
    String upper = "A".repeat(64);
    String expected = "[1]: " + upper + " (expected: 64 hexadecimal digits in lower case)";
    List<String> ids = List.of(Ids.id(1).hex(), upper);

    assertThatThrownBy(
            () ->
                server
                    .blocking(ACME)
                    .getBlocks(GetBlocksRequest.newBuilder().addAllLatentIds(ids).build())
                    .next())
        .hasMessageContaining("INVALID_ARGUMENT: latent_ids" + expected);
    assertThatThrownBy(
            () ->
                server
                    .blocking(ACME)
                    .getBlocks(GetBlocksRequest.newBuilder().addAllHeldIds(ids).build())
                    .next())
        .hasMessageContaining("INVALID_ARGUMENT: held_ids" + expected);
  }

  @Test
  void neverAnswersWithADamagedBlockAndTakesItAgain() throws Throwable {
    LatentBlock block = block(1, 2);
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = block.encoded();
      int bit = random.nextInt(damaged.length * 8);
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      if (i % 10 == 0) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      plant(block.id(), damaged);

      assertThat(get(block.id())).containsExactly(MissingReason.MISSING_REASON_DAMAGED);
      assertThat(missing(block.id())).as("dropped").containsExactly(block.id().hex());
      put(block);
      assertThat(get(block.id())).containsExactly(bytes(block));
    }
  }

  @Test
  void neverAnswersWithTheBlockOfAnotherId() throws Throwable {
    plant(Ids.id(1), block(2, 2).encoded());

    assertThat(get(Ids.id(1))).containsExactly(MissingReason.MISSING_REASON_FOREIGN);
    assertThat(missing(Ids.id(1))).containsExactly(Ids.id(1).hex());
  }

  private List<String> missing(LatentId id) {
    return server
        .blocking(ACME)
        .findMissing(FindMissingRequest.newBuilder().addLatentIds(id.hex()).setTtl(HOUR).build())
        .getLatentIdsList();
  }

  @Test
  void oneOfTwoClaimsAWindow() throws Throwable {
    put(block(1, 1));
    ClaimMissingRequest.Builder claim =
        ClaimMissingRequest.newBuilder()
            .addLatentIds(Ids.id(1).hex())
            .addLatentIds(Ids.id(2).hex())
            .setTtl(HOUR)
            .setLease(Duration.newBuilder().setSeconds(10));

    ClaimMissingResponse first =
        server.blocking(ACME).claimMissing(claim.setHolder("first").build());
    ClaimMissingResponse second =
        server.blocking(OTHER).claimMissing(claim.setHolder("second").build());

    assertThat(first.getClaimedIdsList()).containsExactly(Ids.id(2).hex());
    assertThat(second.getClaimedIdsList()).isEmpty();
    assertThat(second.getHeldIdsList()).containsExactly(Ids.id(2).hex());
  }

  @Test
  void encryptedBlocksAreTheirTenantsAndPublicOnesEverybodys() throws Throwable {
    server.close();
    server = server(key(1));
    LatentBlock mine = block(1, 50);
    LatentBlock ours = block(2, 50);
    put(ACME, pieces(mine.id(), mine.encoded(), 1000, Sharing.SHARING_PRIVATE));
    put(ACME, pieces(ours.id(), ours.encoded(), 1000, Sharing.SHARING_PUBLIC));

    assertThat(get(mine.id(), ours.id())).containsExactly(bytes(mine), bytes(ours));
    assertThat(get(OTHER, List.of(ours.id()), List.of())).containsExactly(bytes(ours));
    String raw = new String(stored(mine.id()), java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(raw).doesNotContain("LCLB");
    assertThat(get(OTHER, List.of(mine.id()), List.of()))
        .containsExactly(MissingReason.MISSING_REASON_DAMAGED);
  }

  @Test
  void aBlockWhoseKeyIsMissingIsNotDamaged() throws Throwable {
    HeapHarness stores = (HeapHarness) server.stores;
    server.close(false);
    server = new CacheServer(stores, Quotas.NONE, List.of(key(1)));
    put(block(1, 2));

    for (List<MasterKey> keys : List.<List<MasterKey>>of(List.of(), List.of(key(2)))) {
      server.close(false);
      server = new CacheServer(stores, Quotas.NONE, keys);
      assertThatThrownBy(() -> get(Ids.id(1)))
          .hasMessage(
              "FAILED_PRECONDITION: latent block %s: encrypted with key 1 (expected: a key that is"
                  + " configured in laconic.cache.encryption.keys)",
              Ids.id(1));
      assertThat(missing(Ids.id(1))).as("kept").isEmpty();
    }

    server.close(false);
    server = new CacheServer(stores, Quotas.NONE, List.of(key(2), key(1)));
    assertThat(get(Ids.id(1))).containsExactly(bytes(block(1, 2)));
  }

  @Test
  void aSwappedCipherTextIsNoAnswer() throws Throwable {
    server.close();
    server = server(key(1));
    put(block(1, 2));
    put(block(2, 2));
    byte[] one = stored(Ids.id(1));
    plant(Ids.id(1), stored(Ids.id(2)));
    plant(Ids.id(2), one);

    assertThat(get(Ids.id(1), Ids.id(2))).containsOnly(MissingReason.MISSING_REASON_DAMAGED);
  }

  private static MasterKey key(int id) {
    return new MasterKey(id, Ids.bytes(id, 32));
  }
}
