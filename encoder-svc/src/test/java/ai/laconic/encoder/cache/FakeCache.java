package ai.laconic.encoder.cache;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.latent.CorruptBlockException;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.ClaimMissingRequest;
import ai.laconic.v1.ClaimMissingResponse;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.FindMissingResponse;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceImplBase;
import ai.laconic.v1.PutBlocksRequest;
import ai.laconic.v1.PutBlocksResponse;
import ai.laconic.v1.ReleaseClaimsRequest;
import ai.laconic.v1.ReleaseClaimsResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A latent cache that keeps what it gets, unless it was told to misbehave. */
public final class FakeCache extends LatentCacheServiceImplBase {
  private final Map<String, LatentBlock> blocks = new ConcurrentHashMap<>();
  private final List<FindMissingRequest> questions = new CopyOnWriteArrayList<>();
  private final Map<String, String> claims = new ConcurrentHashMap<>();
  private final AtomicInteger claimQuestions = new AtomicInteger();
  private volatile Predicate<String> living = holder -> true;
  private final List<String> tenants = new CopyOnWriteArrayList<>();
  private final List<Duration> lives = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> costs = new ConcurrentHashMap<>();
  private final AtomicInteger cancelled = new AtomicInteger();

  // How many more blocks are taken before the failure; negative for all.
  private final AtomicInteger blocksToTake = new AtomicInteger(-1);
  private volatile Status failure = Status.UNAVAILABLE;
  private volatile boolean hangs;
  private volatile boolean forgets;
  private volatile int storedOffset;
  private volatile boolean takesNothing;
  private volatile UnaryOperator<FindMissingResponse> answer = UnaryOperator.identity();
  private volatile @Nullable Status questionFailure;
  private volatile Status end = Status.OK;
  private volatile Runnable beforeBlocks = () -> {};

  /** Fails a stream of blocks after {@code count} more. */
  public void failAfterBlocks(int count, Status status) {
    failure = status;
    blocksToTake.set(count);
  }

  public void failQuestions(Status status) {
    questionFailure = status;
  }

  /** Answers that blocks were stored, and ends the call with this status. */
  public void failAfterAnswer(Status status) {
    end = status;
  }

  /** Never answers from now on. */
  public void hang() {
    hangs = true;
  }

  /** Does something first whenever blocks are to be stored. */
  public void beforeBlocks(Runnable action) {
    beforeBlocks = action;
  }

  /** Never asks for a block, so that flow control stops who sends them. */
  public void takeNothing() {
    takesNothing = true;
  }

  /** Says that blocks were stored, and stores none. */
  public void forget(int reportedTooMany) {
    forgets = true;
    storedOffset = reportedTooMany;
  }

  /** Stores all blocks and reports so many more than it did. */
  public void misreport(int offset) {
    storedOffset = offset;
  }

  public void answerQuestions(UnaryOperator<FindMissingResponse> lie) {
    answer = lie;
  }

  public Map<String, LatentBlock> blocks() {
    return blocks;
  }

  public LatentBlock block(String id) {
    return requireNonNull(blocks.get(id), id);
  }

  public List<FindMissingRequest> questions() {
    return questions;
  }

  /** Returns the tenants of all calls. */
  public List<String> tenants() {
    return tenants;
  }

  /** Returns for how long blocks were to live. */
  public List<Duration> lives() {
    return lives;
  }

  /** Returns the tokens that the making of each block took. */
  public Map<String, Integer> costs() {
    return costs;
  }

  /** Returns how many streams of blocks ended early. */
  public int cancelled() {
    return cancelled.get();
  }

  @Override
  public void findMissing(
      FindMissingRequest request, StreamObserver<FindMissingResponse> responses) {
    tenants.add(TenantId.current().value());
    questions.add(request);
    if (hangs) {
      return;
    }
    Status problem = questionFailure;
    if (problem != null) {
      responses.onError(problem.asRuntimeException());
      return;
    }
    FindMissingResponse.Builder response = FindMissingResponse.newBuilder();
    request.getLatentIdsList().stream()
        .filter(id -> !blocks.containsKey(id))
        .forEach(response::addLatentIds);
    responses.onNext(answer.apply(response.build()));
    responses.onCompleted();
  }

  @Override
  public void claimMissing(
      ClaimMissingRequest request, StreamObserver<ClaimMissingResponse> responses) {
    claimQuestions.incrementAndGet();
    tenants.add(TenantId.current().value());
    if (hangs) {
      return;
    }
    ClaimMissingResponse.Builder response = ClaimMissingResponse.newBuilder();
    for (String id : request.getLatentIdsList()) {
      if (blocks.containsKey(id)) {
        continue;
      }
      String holder =
          claims.compute(
              id,
              (same, before) ->
                  before == null || !living.test(before) ? request.getHolder() : before);
      if (holder.equals(request.getHolder())) {
        response.addClaimedIds(id);
      } else {
        response.addHeldIds(id);
      }
    }
    responses.onNext(response.build());
    responses.onCompleted();
  }

  @Override
  public void releaseClaims(
      ReleaseClaimsRequest request, StreamObserver<ReleaseClaimsResponse> responses) {
    request.getLatentIdsList().forEach(id -> claims.remove(id, request.getHolder()));
    responses.onNext(ReleaseClaimsResponse.getDefaultInstance());
    responses.onCompleted();
  }

  /** Returns how often claims were asked for. */
  public int claimed() {
    return claimQuestions.get();
  }

  /** Claims a block for somebody else. */
  public void claim(String id, String holder) {
    claims.put(id, holder);
  }

  /** Returns who makes which block. */
  public Map<String, String> claims() {
    return claims;
  }

  /** Ends the claims of all holders but these. */
  public void holdersLiving(Predicate<String> holders) {
    living = holders;
  }

  @Override
  public StreamObserver<PutBlocksRequest> putBlocks(StreamObserver<PutBlocksResponse> responses) {
    tenants.add(TenantId.current().value());
    beforeBlocks.run();
    if (takesNothing) {
      ((ServerCallStreamObserver<PutBlocksResponse>) responses).disableAutoRequest();
    }
    return new StreamObserver<>() {
      private int stored;
      private boolean failed;
      private String id = "";
      private int expected;
      private ByteString encoded = ByteString.EMPTY;

      @Override
      public void onNext(PutBlocksRequest request) {
        if (failed) {
          return;
        }
        BlockPiece piece = request.getPiece();
        if (encoded.isEmpty()) {
          id = piece.getLatentId();
          expected = piece.getBlockBytes();
          lives.add(request.getTtl());
          costs.put(id, request.getTokens());
        }
        encoded = encoded.concat(piece.getData());
        if (encoded.size() >= expected) {
          whole();
          encoded = ByteString.EMPTY;
        }
      }

      private void whole() {
        if (blocksToTake.get() >= 0 && blocksToTake.getAndDecrement() == 0) {
          failed = true;
          responses.onError(failure.asRuntimeException());
          return;
        }
        if (!forgets) {
          blocks.put(id, decode(encoded));
        }
        stored++;
      }

      @Override
      public void onError(Throwable thrown) {
        cancelled.incrementAndGet();
      }

      @Override
      public void onCompleted() {
        if (!hangs && !failed) {
          responses.onNext(
              PutBlocksResponse.newBuilder().setStored(Math.max(0, stored + storedOffset)).build());
          if (end.isOk()) {
            responses.onCompleted();
          } else {
            responses.onError(end.asRuntimeException());
          }
        }
      }
    };
  }

  private static LatentBlock decode(ByteString encoded) {
    try {
      return LatentBlock.decode(encoded.toByteArray());
    } catch (CorruptBlockException e) {
      throw Status.DATA_LOSS.withDescription(e.getMessage()).asRuntimeException();
    }
  }
}
