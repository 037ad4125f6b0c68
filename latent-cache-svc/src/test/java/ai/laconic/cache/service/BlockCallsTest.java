package ai.laconic.cache.service;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.HOUR;
import static ai.laconic.cache.Fixtures.OTHER;
import static ai.laconic.cache.Fixtures.block;
import static ai.laconic.cache.Fixtures.flipped;
import static ai.laconic.cache.Fixtures.id;
import static ai.laconic.cache.Fixtures.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.v1.Block;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.PutBlockRequest;
import ai.laconic.v1.PutBlocksResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlockCallsTest {
  private static final Duration AN_HOUR = Duration.newBuilder().setSeconds(3600).build();

  private CacheServer server;

  @BeforeEach
  void start() throws Exception {
    server = new CacheServer(8);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void blocksGoInAndComeOutInTheOrderAskedFor() throws Throwable {
    assertThat(put(request(1, block(1)), request(2, block(2)), request(3, block(3))).getStored())
        .isEqualTo(3);

    assertThat(get(id(3), id(1), id(3)))
        .containsExactly(message(3, block(3)), message(1, block(1)), message(3, block(3)));
    // Who knows the ID may read the block: it contains the sharing domain.
    assertThat(server.blocking(OTHER).getBlocks(ask(List.of(id(2)))).next())
        .isEqualTo(message(2, block(2)));
  }

  @Test
  void anEmptyStreamStoresNothing() throws Throwable {
    assertThat(put().getStored()).isZero();
  }

  @Test
  void missingBlocksAreFoundAndOthersLiveOn() throws Throwable {
    put(request(1, block(1)));
    server.clock.advance(HOUR.minusMinutes(1));

    assertThat(findMissing(AN_HOUR, id(2), id(1))).containsExactly(id(2).hex());

    server.clock.advance(HOUR.minusMinutes(1));
    assertThat(findMissing(AN_HOUR, id(1))).isEmpty();
  }

  @Test
  void aDamagedBlockIsNotStored() throws Throwable {
    byte[] damaged = flipped(block(2), 100);

    assertThatThrownBy(() -> put(request(1, block(1)), request(2, damaged), request(3, block(3))))
        .hasMessageStartingWith("DATA_LOSS: latent block " + id(2) + ": CRC32C: 0x");

    assertThat(findMissing(AN_HOUR, id(1), id(2), id(3))).containsExactly(id(2).hex(), id(3).hex());
  }

  @Test
  void whatIsNoBlockIsNotStored() {
    assertThatThrownBy(() -> put(request(1, new byte[] {1, 2, 3})))
        .hasMessage(
            "DATA_LOSS: latent block %s: length: 3 (expected: a header of 64 bytes)", id(1));
    assertThatThrownBy(() -> put(request(1, Arrays.copyOf(block(1), 100))))
        .hasMessageStartingWith("DATA_LOSS: latent block " + id(1) + ": ");
  }

  @Test
  void aBlockThatChangedIsDataLossAndThenMissing() throws Throwable {
    server.store.putBlock(id(1), flipped(block(1), 90), HOUR);

    assertThatThrownBy(() -> get(id(1)))
        .hasMessageStartingWith("DATA_LOSS: latent block " + id(1) + ": CRC32C: 0x");

    // So that the next encoder that asks makes it again.
    assertThat(findMissing(AN_HOUR, id(1))).containsExactly(id(1).hex());
    put(request(1, block(1)));
    assertThat(get(id(1))).containsExactly(message(1, block(1)));
  }

  @Test
  void missingBlocksAreNamedBeforeTheFirstIsSent() throws Throwable {
    put(request(1, block(1)));

    assertThatThrownBy(() -> get(id(1), id(2), id(3), id(2)))
        .hasMessage(
            "NOT_FOUND: latent blocks %s, %s: 2 missing of 4 (expected: an ID that exists)",
            id(2), id(3));
    assertThat(server.store.blocksRead).hasValue(0);
  }

  @Test
  void ofManyMissingBlocksTenAreNamed() {
    String ten = ids(0, 10).stream().map(LatentId::hex).collect(Collectors.joining(", "));

    assertThatThrownBy(() -> get(ids(0, 500).toArray(LatentId[]::new)))
        .hasMessage(
            "NOT_FOUND: latent blocks %s, ...: 500 missing of 500 (expected: an ID that exists)",
            ten);
  }

  @Test
  void aBlockThatExpiresMeanwhileIsNotFound() throws Throwable {
    put(request(1, block(1)));
    server.store.losesBlocksAfterTheFirstLook = true;

    assertThatThrownBy(() -> get(id(1)))
        .hasMessageStartingWith("NOT_FOUND: latent blocks " + id(1) + ": 1 missing of 1");
  }

  @Test
  void manyBlocksAreReadInBoundedBatches() throws Throwable {
    List<byte[]> large = IntStream.range(0, 12).mapToObj(n -> block(n, 32 << 10)).toList();
    for (int n = 0; n < large.size(); n++) {
      server.store.putBlock(id(n), large.get(n), HOUR);
    }

    List<Block> read = get(ids(0, large.size()).toArray(LatentId[]::new));

    for (int n = 0; n < large.size(); n++) {
      assertThat(read.get(n)).isEqualTo(message(n, large.get(n)));
    }
    assertThat(server.store.largestRead.get()).isBetween(large.get(0).length, 4 << 20);
  }

  @Test
  void requestsAreCheckedAgainstTheContract() {
    assertThatThrownBy(() -> findMissing(AN_HOUR))
        .hasMessageStartingWith("INVALID_ARGUMENT: latent_ids");
    assertThatThrownBy(() -> findMissing(Duration.getDefaultInstance(), id(1)))
        .hasMessageStartingWith("INVALID_ARGUMENT: ttl");
    assertThatThrownBy(
            () ->
                server
                    .blocking(ACME)
                    .getBlocks(GetBlocksRequest.newBuilder().addLatentIds("ABC").build())
                    .next())
        .hasMessageStartingWith("INVALID_ARGUMENT: latent_ids[0]: ABC");
    assertThatThrownBy(() -> put(request(1, new byte[0])))
        .hasMessageStartingWith("INVALID_ARGUMENT: block.encoded");
  }

  @Test
  void nobodyKeepsABlockTooLong() {
    Duration tooLong = Duration.newBuilder().setSeconds(31 * 86_400).build();

    assertThatThrownBy(() -> findMissing(tooLong, id(1)))
        .hasMessage("INVALID_ARGUMENT: ttl: PT2678400S (expected: at most PT720H from now)");
    assertThatThrownBy(() -> put(request(1, block(1)).toBuilder().setTtl(tooLong).build()))
        .hasMessage("INVALID_ARGUMENT: ttl: PT2678400S (expected: at most PT720H from now)");
  }

  @Test
  void aCallWithoutATenantIsRefused() {
    assertThatThrownBy(
            () ->
                CacheServer.<PutBlockRequest, PutBlocksResponse>send(
                    LatentCacheServiceGrpc.LatentCacheServiceStub::putBlocks,
                    server.anonymous(),
                    List.of()))
        .hasMessage("UNAUTHENTICATED: credentials (expected: header laconic-tenant)");
  }

  private PutBlocksResponse put(PutBlockRequest... requests) throws Throwable {
    return CacheServer.send(
        LatentCacheServiceGrpc.LatentCacheServiceStub::putBlocks,
        server.async(ACME),
        List.of(requests));
  }

  private List<Block> get(LatentId... ids) {
    List<Block> blocks = new ArrayList<>();
    server.blocking(ACME).getBlocks(ask(List.of(ids))).forEachRemaining(blocks::add);
    return blocks;
  }

  private List<String> findMissing(Duration ttl, LatentId... ids) {
    return server
        .blocking(ACME)
        .findMissing(
            FindMissingRequest.newBuilder()
                .addAllLatentIds(Arrays.stream(ids).map(LatentId::hex).toList())
                .setTtl(ttl)
                .build())
        .getLatentIdsList();
  }

  private static GetBlocksRequest ask(List<LatentId> ids) {
    return GetBlocksRequest.newBuilder()
        .addAllLatentIds(ids.stream().map(LatentId::hex).toList())
        .build();
  }

  private static PutBlockRequest request(int number, byte[] encoded) {
    return PutBlockRequest.newBuilder().setBlock(message(number, encoded)).setTtl(AN_HOUR).build();
  }

  private static Block message(int number, byte[] encoded) {
    return Block.newBuilder()
        .setLatentId(id(number).hex())
        .setEncoded(ByteString.copyFrom(encoded))
        .build();
  }
}
