// The options of level SOL_SOCKET (socket(7)) and which of them are one bit of SocketOptions::flags.
#pragma once
#include "net/socket.h"

namespace martlet {

enum SocketOptionName : int {
    kDebug = 1,
    kReuseAddress,
    kType,
    kError,
    kDontRoute,
    kBroadcast,
    kSendBuffer,
    kReceiveBuffer,
    kKeepAlive,
    kOobInline,
    kNoCheck,
    kPriority,
    kLinger,
    kBsdCompatible,
    kReusePort,
    kPassCredentials,
    kPeerCredentials,
    kReceiveLowWater,
    kSendLowWater,
    kReceiveTimeout,
    kSendTimeout,
    kBindToDevice = 25,
    kAttachFilter = 26,
    kDetachFilter = 27,
    kPeerName = 28,
    kTimestamp = 29,
    kAcceptConnections = 30,
    kSendBufferForce = 32,
    kReceiveBufferForce = 33,
    kPassSecurity = 34,
    kTimestampNs = 35,
    kMark = 36,
    kTimestamping = 37,
    kProtocol = 38,
    kDomain = 39,
    kReportOverflow = 40,
    kWifiStatus = 41,
    kPeekOffset = 42,
    kNoFrameCheck = 43,
    kLockFilter = 44,
    kSelectErrorQueue = 45,
    kBusyPoll = 46,
    kMaximumPacingRate = 47,
    kFilterExtensions = 48,
    kIncomingProcessor = 49,
    kAttachExtendedFilter = 50,
    kConnectionAdvice = 53,
    kMemoryInformation = 55,
    kIncomingQueue = 56,
    kCookie = 57,
    kPeerGroups = 59,
    kZeroCopy = 60,
    kBindToInterface = 62,
    kTimestampNew = 63,
    kTimestampNsNew = 64,
    kTimestampingNew = 65,
    kReceiveTimeoutNew = 66,
    kSendTimeoutNew = 67,
    kPreferBusyPoll = 69,
    kBusyPollBudget = 70,
    kBufferLock = 72,
    kReserveMemory = 73,
    kRehash = 74,
    kReceiveMark = 75,
    kPassPidfd = 76,
    kPeerPidfd = 77,
};

/// The bit of an option that is only on or off; 0 for others.
constexpr u32 flag_of_option(int name) {
    switch (name) {
    case kDebug: return kOptionDebug;
    case kReuseAddress: return kOptionReuseAddress;
    case kDontRoute: return kOptionDontRoute;
    case kBroadcast: return kOptionBroadcast;
    case kKeepAlive: return kOptionKeepAlive;
    case kOobInline: return kOptionOobInline;
    case kNoCheck: return kOptionNoCheck;
    case kReusePort: return kOptionReusePort;
    case kPassCredentials: return kOptionPassCredentials;
    case kPassSecurity: return kOptionPassSecurity;
    case kReportOverflow: return kOptionReportOverflow;
    case kWifiStatus: return kOptionWifiStatus;
    case kNoFrameCheck: return kOptionNoFrameCheck;
    case kLockFilter: return kOptionLockFilter;
    case kSelectErrorQueue: return kOptionSelectErrorQueue;
    case kPreferBusyPoll: return kOptionPreferBusyPoll;
    case kReceiveMark: return kOptionReceiveMark;
    case kPassPidfd: return kOptionPassPidfd;
    default: return 0;
    }
}

/// The four options that ask for time stamps exclude each other: the bits that each stands for, 0 for other options.
constexpr u32 timestamp_flags_of_option(int name) {
    switch (name) {
    case kTimestamp: return kOptionTimestamp;
    case kTimestampNs: return kOptionTimestamp | kOptionTimestampNs;
    case kTimestampNew: return kOptionTimestamp | kOptionTimestampNew;
    case kTimestampNsNew: return kOptionTimestamp | kOptionTimestampNs | kOptionTimestampNew;
    default: return 0;
    }
}
inline constexpr u32 kAllTimestampFlags = kOptionTimestamp | kOptionTimestampNs | kOptionTimestampNew;

} // namespace martlet
